# Debian 12 packages; `tools/deps` installs them. `heddle_dep_*` are the names
# that the modules link, so that a static (`portable`) build changes one place.
find_package(Threads REQUIRED)

# heddle_dep(NAME LIBRARY): an interface target over one library of the system.
# Where heddle is installed, the consumer's linker looks the library up again.
function(heddle_dep name library)
  add_library(heddle_dep_${name} INTERFACE)
  set(names ${library})
  if(HEDDLE_PORTABLE)
    set(names lib${library}.a)
  endif()
  find_library(HEDDLE_LIB_${name} NAMES ${names} REQUIRED NAMES_PER_DIR)
  target_link_libraries(heddle_dep_${name} INTERFACE
    $<BUILD_INTERFACE:${HEDDLE_LIB_${name}}> $<INSTALL_INTERFACE:${library}>)
  set_property(GLOBAL APPEND PROPERTY HEDDLE_INSTALLED_TARGETS heddle_dep_${name})
endfunction()

heddle_dep(xxhash xxhash)
heddle_dep(lz4 lz4)
heddle_dep(zlib z)
heddle_dep(yaml yaml-cpp)
heddle_dep(asmjit asmjit)

# Debian has no static fmt and no static simdjson. fmt is complete as headers;
# of simdjson the headers hold all but the search for structure, and
# src/portable has one of our own.
if(HEDDLE_PORTABLE)
  add_library(heddle_dep_fmt INTERFACE)
  target_compile_definitions(heddle_dep_fmt INTERFACE FMT_HEADER_ONLY=1)
  add_library(heddle_dep_simdjson STATIC ${CMAKE_SOURCE_DIR}/src/portable/simdjson_structure.cpp
    ${CMAKE_SOURCE_DIR}/src/portable/simdjson_symbols.cpp)
  target_include_directories(heddle_dep_simdjson PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(heddle_dep_simdjson PRIVATE $<BUILD_INTERFACE:heddle_flags>)
  set_property(GLOBAL APPEND PROPERTY HEDDLE_INSTALLED_TARGETS heddle_dep_fmt heddle_dep_simdjson)
else()
  heddle_dep(fmt fmt)
  heddle_dep(simdjson simdjson)
endif()
