# heddle_tile_producer(NAME SOURCE...): the shared object `<NAME>.so`, a kernel
# for `heddle tile run`, of C or C++ sources. It exports the two functions of
# heddle_tile.h and nothing else, and links nothing of heddle.
#
# In heddle's own build and, installed, behind find_package(heddle).
set(HEDDLE_PRODUCER_MAP ${CMAKE_CURRENT_LIST_DIR}/heddle_tile_producer.map)
get_filename_component(HEDDLE_PRODUCER_INCLUDE ${CMAKE_CURRENT_LIST_DIR}/../include ABSOLUTE)
if(NOT EXISTS ${HEDDLE_PRODUCER_INCLUDE}/heddle_tile.h)  # installed: lib/cmake/heddle
  get_filename_component(HEDDLE_PRODUCER_INCLUDE ${CMAKE_CURRENT_LIST_DIR}/../../../include ABSOLUTE)
endif()

function(heddle_tile_producer name)
  add_library(${name} MODULE ${ARGN})
  target_include_directories(${name} PRIVATE ${HEDDLE_PRODUCER_INCLUDE})
  target_compile_features(${name} PRIVATE cxx_std_20 c_std_11)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so" POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${HEDDLE_PRODUCER_MAP})
  target_link_options(${name} PRIVATE LINKER:--version-script=${HEDDLE_PRODUCER_MAP})
  if(TARGET heddle_flags)
    target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:heddle_flags>)
  endif()
endfunction()
