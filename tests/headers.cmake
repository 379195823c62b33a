# Every public header compiles alone, and twice in a row: one source each, made
# here, in a library that nothing links. A header that needs another one first
# breaks the build.
file(GLOB_RECURSE public_headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/include
  ${CMAKE_SOURCE_DIR}/include/*.h)
set(header_sources "")
foreach(header IN LISTS public_headers)
  string(REPLACE "/" "_" name ${header})
  set(source ${CMAKE_BINARY_DIR}/generated/headers/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "#include \"@header@\"\n#include \"@header@\"\n" @ONLY)
  list(APPEND header_sources ${source})
endforeach()
add_library(heddle_public_headers OBJECT ${header_sources})
target_include_directories(heddle_public_headers PRIVATE ${CMAKE_SOURCE_DIR}/include)
target_compile_options(heddle_public_headers PRIVATE -O0 -g0)
target_link_libraries(heddle_public_headers PRIVATE heddle_flags)
