# heddle_module(NAME [DIRECTORY DIR] [EXCLUDE REGEX] [LINK TARGET...])
# One static library `heddle_<name>` from every source below DIR
# (default src/<name>). LINK names the modules and packages it may include.
function(heddle_module name)
  cmake_parse_arguments(ARG "" "DIRECTORY;EXCLUDE" "LINK" ${ARGN})
  if(NOT ARG_DIRECTORY)
    set(ARG_DIRECTORY ${CMAKE_SOURCE_DIR}/src/${name})
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${ARG_DIRECTORY}/*.cpp ${ARG_DIRECTORY}/*.c)
  if(ARG_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX ${ARG_EXCLUDE})
  endif()
  add_library(heddle_${name} STATIC ${sources})
  target_include_directories(heddle_${name}
    PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(heddle_${name} PUBLIC ${ARG_LINK} PRIVATE $<BUILD_INTERFACE:heddle_flags>)
  target_compile_features(heddle_${name} PUBLIC cxx_std_20)
  if(NOT name STREQUAL "cli")
    set_property(GLOBAL APPEND PROPERTY HEDDLE_INSTALLED_TARGETS heddle_${name})
  endif()
endfunction()
