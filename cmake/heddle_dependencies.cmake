# Debian 12 packages; `tools/deps` installs them. `heddle_dep_*` are the names
# that the modules link, so that a static (`portable`) build changes one place.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(fmt REQUIRED)

if(HEDDLE_PORTABLE)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
endif()

# heddle_dep(NAME LIBRARY): an interface target over one library of the system.
function(heddle_dep name library)
  find_library(HEDDLE_LIB_${name} ${library} REQUIRED)
  add_library(heddle_dep_${name} INTERFACE)
  target_link_libraries(heddle_dep_${name} INTERFACE ${HEDDLE_LIB_${name}})
endfunction()

heddle_dep(xxhash xxhash)
heddle_dep(zstd zstd)
heddle_dep(lz4 lz4)
heddle_dep(zlib z)
heddle_dep(simdjson simdjson)
heddle_dep(yaml yaml-cpp)
heddle_dep(fmt fmt)
