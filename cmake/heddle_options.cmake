# What a configuration may switch, and what every target is compiled with.
option(HEDDLE_TESTS "Build the tests" ON)
option(HEDDLE_FUZZ "Build the libFuzzer targets (clang only)" OFF)
option(HEDDLE_BENCH "Build the benchmark programs" OFF)
option(HEDDLE_WERROR "Treat warnings as errors" ON)
option(HEDDLE_CUDA "Build what needs a CUDA toolkit" OFF)
option(HEDDLE_PORTABLE "Link everything but glibc statically" OFF)
set(HEDDLE_SANITIZE "" CACHE STRING "What -fsanitize takes: address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

# heddle_lacks(WHAT PACKAGE ENABLES): an optional part is absent, and what that costs.
function(heddle_lacks what package enables)
  message(STATUS "heddle: no ${what} (package ${package}): without it, no ${enables}")
endfunction()

find_program(HEDDLE_CCACHE ccache)
if(NOT HEDDLE_CCACHE)
  heddle_lacks(ccache ccache "short second build")
else()
  # The sloppiness is what ccache's manual asks for with precompiled headers.
  set(HEDDLE_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${HEDDLE_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${HEDDLE_LAUNCHER})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${HEDDLE_LAUNCHER})
endif()

add_library(heddle_flags INTERFACE)
target_compile_options(heddle_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
  -fno-omit-frame-pointer)
# clang 22 reports what libstdc++ 12 does within std::stable_sort.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(heddle_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-deprecated-declarations>)
endif()
# g++ 12 reports its own std::string, grown at -O1 and above, as out of bounds,
# for some lengths of the strings involved and not for others.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(heddle_flags INTERFACE
    -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
endif()
if(HEDDLE_WERROR)
  target_compile_options(heddle_flags INTERFACE -Werror)
endif()
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  target_compile_options(heddle_flags INTERFACE -march=x86-64-v2)
endif()
if(HEDDLE_SANITIZE)
  target_compile_options(heddle_flags INTERFACE -fsanitize=${HEDDLE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(heddle_flags INTERFACE -fsanitize=${HEDDLE_SANITIZE})
endif()
find_program(HEDDLE_LLD ld.lld)
if(NOT HEDDLE_LLD)
  heddle_lacks(ld.lld lld "short link")
else()
  target_link_options(heddle_flags INTERFACE -fuse-ld=lld)
endif()
if(HEDDLE_PORTABLE)
  target_link_options(heddle_flags INTERFACE -static-libstdc++ -static-libgcc)
endif()
