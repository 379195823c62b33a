# How the program was built, for `heddle --version`. Facts of the configuration
# are written once; the commit by a step of every build that touches its file
# only when the commit has changed, so that one source recompiles.
#
# As a script (cmake -P, with SOURCE_DIR and OUTPUT set) this file is that step.
if(CMAKE_SCRIPT_MODE_FILE)
  cmake_minimum_required(VERSION 3.25)
  set(commit "")
  find_program(git git)
  if(git)
    execute_process(COMMAND ${git} -C ${SOURCE_DIR} describe --always --tags --dirty
      OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  endif()
  if(NOT commit)
    set(commit unknown)
  endif()
  file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define HEDDLE_BUILD_COMMIT \"@commit@\"\n" @ONLY)
  return()
endif()

function(heddle_build_info target)
  set(directory ${CMAKE_BINARY_DIR}/generated)
  get_filename_component(preset ${CMAKE_BINARY_DIR} NAME)
  get_filename_component(parent ${CMAKE_BINARY_DIR} DIRECTORY)
  if(NOT parent STREQUAL "${CMAKE_SOURCE_DIR}/build")
    set(preset none)
  endif()
  set(flags "-std=c++20 ${CMAKE_CXX_FLAGS}")
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    string(APPEND flags " -march=x86-64-v2")
  endif()
  if(HEDDLE_SANITIZE)
    string(APPEND flags " -fsanitize=${HEDDLE_SANITIZE}")
  endif()
  set(features "")
  if(HEDDLE_PORTABLE)
    list(APPEND features portable)
  endif()
  if(NOT features)
    set(features none)
  endif()
  file(CONFIGURE OUTPUT ${directory}/heddle_build_info.h @ONLY CONTENT
"#define HEDDLE_BUILD_VERSION \"@PROJECT_VERSION@\"
#define HEDDLE_BUILD_COMPILER \"@CMAKE_CXX_COMPILER_ID@ @CMAKE_CXX_COMPILER_VERSION@\"
#define HEDDLE_BUILD_PRESET \"@preset@\"
#define HEDDLE_BUILD_FLAGS \"@flags@\"
#define HEDDLE_BUILD_FEATURES \"@features@\"
")
  add_custom_target(heddle_build_commit
    COMMAND ${CMAKE_COMMAND} -D SOURCE_DIR=${CMAKE_SOURCE_DIR}
      -D OUTPUT=${directory}/heddle_build_commit.h
      -P ${CMAKE_SOURCE_DIR}/cmake/heddle_build_info.cmake
    BYPRODUCTS ${directory}/heddle_build_commit.h)
  add_dependencies(${target} heddle_build_commit)
  target_include_directories(${target} PRIVATE ${directory})
endfunction()
