# find_package(octostore): the targets octostore::octostore (shared) and octostore::static. Lies in PREFIX/lib/cmake/octostore,
# and finds the rest from there, so that the folder can be moved.
get_filename_component(_octostore_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET octostore::octostore)
  add_library(octostore::octostore SHARED IMPORTED)
  set_target_properties(octostore::octostore PROPERTIES
    IMPORTED_LOCATION "${_octostore_prefix}/lib/liboctostore.so"
    IMPORTED_SONAME "liboctostore.so.0"
    INTERFACE_INCLUDE_DIRECTORIES "${_octostore_prefix}/include")
endif()

if(NOT TARGET octostore::static)
  add_library(octostore::static STATIC IMPORTED)
  set_target_properties(octostore::static PROPERTIES
    IMPORTED_LOCATION "${_octostore_prefix}/lib/liboctostore.a"
    INTERFACE_INCLUDE_DIRECTORIES "${_octostore_prefix}/include"
    INTERFACE_LINK_LIBRARIES "gcc_s;util;rt;pthread;m;dl")
endif()

unset(_octostore_prefix)
