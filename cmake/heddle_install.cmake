# What `./run install PREFIX` installs: bin/heddle, lib/*.a, include/heddle, the
# bash completion, and the CMake package `heddle` with targets heddle::<module>.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(heddle_installed GLOBAL PROPERTY HEDDLE_INSTALLED_TARGETS)
add_custom_target(heddle_install_set DEPENDS heddle)
foreach(target IN LISTS heddle_installed)
  add_dependencies(heddle_install_set ${target})
  string(REGEX REPLACE "^heddle_" "" name ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
endforeach()

get_property(heddle_kernels GLOBAL PROPERTY HEDDLE_TILE_KERNELS)
add_dependencies(heddle_install_set ${heddle_kernels})

install(TARGETS heddle RUNTIME DESTINATION bin)
install(TARGETS ${heddle_kernels} LIBRARY DESTINATION lib/heddle/tile)
install(TARGETS ${heddle_installed} EXPORT heddle ARCHIVE DESTINATION lib)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/heddle DESTINATION include)
install(FILES ${CMAKE_SOURCE_DIR}/include/heddle_gate.h ${CMAKE_SOURCE_DIR}/include/heddle_tile.h
  DESTINATION include)
install(EXPORT heddle NAMESPACE heddle:: DESTINATION lib/cmake/heddle FILE heddle-targets.cmake)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/heddle-config.cmake.in
  ${CMAKE_BINARY_DIR}/generated/heddle-config.cmake INSTALL_DESTINATION lib/cmake/heddle)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/heddle-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/generated/heddle-config.cmake
  ${CMAKE_BINARY_DIR}/generated/heddle-config-version.cmake DESTINATION lib/cmake/heddle)
install(FILES ${CMAKE_SOURCE_DIR}/cmake/heddle_producers.cmake
  ${CMAKE_SOURCE_DIR}/cmake/heddle_tile_producer.map DESTINATION lib/cmake/heddle)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION share/doc/heddle)

# The program writes its own completion.
install(CODE "
  set(completions \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share/bash-completion/completions\")
  file(MAKE_DIRECTORY \"\${completions}\")
  message(STATUS \"Installing: \${completions}/heddle\")
  execute_process(COMMAND \"$<TARGET_FILE:heddle>\" completion bash
    OUTPUT_FILE \"\${completions}/heddle\" COMMAND_ERROR_IS_FATAL ANY)")
