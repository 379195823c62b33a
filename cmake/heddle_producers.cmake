# heddle_tile_producer(NAME SOURCE...): the shared object `<NAME>.so`, a kernel
# for `heddle tile run`, of C or C++ sources. It exports the two functions of
# heddle_tile.h and nothing else, and links nothing of heddle.
#
# In heddle's own build and, installed, behind find_package(heddle).
function(heddle_tile_producer name)
  set(here ${CMAKE_CURRENT_FUNCTION_LIST_DIR})
  get_filename_component(include ${here}/../include ABSOLUTE)
  if(NOT EXISTS ${include}/heddle_tile.h)  # installed: this file is in lib/cmake/heddle
    get_filename_component(include ${here}/../../../include ABSOLUTE)
  endif()
  add_library(${name} MODULE ${ARGN})
  target_include_directories(${name} PRIVATE ${include})
  target_compile_features(${name} PRIVATE cxx_std_20 c_std_11)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so" POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${here}/heddle_tile_producer.map)
  target_link_options(${name} PRIVATE LINKER:--version-script=${here}/heddle_tile_producer.map)
  if(TARGET heddle_flags)
    target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:heddle_flags>)
  endif()
endfunction()
