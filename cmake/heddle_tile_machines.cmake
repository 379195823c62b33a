# The machine files of designs/machines/tile as a source of heddle_tile, so that
# the library and the installed program know them by name.
function(heddle_tile_machines target)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/designs/machines/tile/*.yaml)
  list(SORT files)
  set(rows "")
  foreach(path IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    get_filename_component(name ${path} NAME_WE)
    file(READ ${path} text)
    string(APPEND rows "    {\"${name}\", R\"heddle(${text})heddle\"},\n")
  endforeach()
  set(source ${CMAKE_BINARY_DIR}/generated/tile_machines.cpp)
  string(CONCAT content
    "#include \"tile/shipped_machines.h\"\n\nnamespace heddle::tile {\n"
    "namespace {\nconstexpr ShippedMachine kMachines[] = {\n" "${rows}" "};\n}\n\n"
    "std::span<const ShippedMachine> shipped_machines() { return kMachines; }\n\n}\n")
  set(old "")
  if(EXISTS ${source})
    file(READ ${source} old)
  endif()
  if(NOT old STREQUAL content)
    file(WRITE ${source} "${content}")
  endif()
  target_sources(${target} PRIVATE ${source})
endfunction()
