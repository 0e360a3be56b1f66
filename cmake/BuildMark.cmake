# Run while building: cmake -DOUT=header.h -DSETTINGS=... -DFILES=a;b -P BuildMark.cmake
# A header with a hash of the files' contents and the settings: two builds with the same one lay their data out alike.
set(all "${SETTINGS}")
foreach(file ${FILES})
  file(SHA256 ${file} hash)
  string(APPEND all " ${hash}")
endforeach()
string(SHA256 mark "${all}")
string(SUBSTRING "${mark}" 0 16 mark)
file(WRITE ${OUT} "#pragma once\n\n#define SAITEN_BUILD_MARK \"${mark}\"\n")
