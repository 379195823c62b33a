# The machine files of designs/machines/tile and the layer lists of
# designs/tile/models as sources of heddle_tile, so that the library and the
# installed program know them by name.
function(heddle_tile_machines target)
  file(GLOB machines CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/designs/machines/tile/*.yaml)
  file(GLOB models CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/designs/tile/models/*.yaml
    ${CMAKE_SOURCE_DIR}/designs/tile/models/*.csv)
  heddle_tile_table(${target} machine "${machines}")
  heddle_tile_table(${target} model "${models}")
endfunction()

# tile_<kind>s.cpp with shipped_<kind>s(): name, file name and text of each file.
function(heddle_tile_table target kind files)
  list(SORT files)
  set(rows "")
  foreach(path IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    get_filename_component(name ${path} NAME_WE)
    get_filename_component(file ${path} NAME)
    file(READ ${path} text)
    string(APPEND rows "    {\"${name}\", \"${file}\", R\"heddle(${text})heddle\"},\n")
  endforeach()
  set(source ${CMAKE_BINARY_DIR}/generated/tile_${kind}s.cpp)
  string(CONCAT content
    "#include \"tile/shipped_files.h\"\n\nnamespace heddle::tile {\n"
    "namespace {\nconstexpr ShippedFile kFiles[] = {\n" "${rows}" "};\n}\n\n"
    "std::span<const ShippedFile> shipped_${kind}s() { return kFiles; }\n\n}\n")
  set(old "")
  if(EXISTS ${source})
    file(READ ${source} old)
  endif()
  if(NOT old STREQUAL content)
    file(WRITE ${source} "${content}")
  endif()
  target_sources(${target} PRIVATE ${source})
endfunction()
