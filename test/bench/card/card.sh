#!/bin/sh
# Measures fewscope on this machine's GPU with what lies beside this file; words are passed on: sh card.sh [--quick] [--only SIZE] [--python FILE] [--out FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)

# The loader of Vulkan that lies here, where this machine has none of its own.
loader=
for file in /usr/lib/x86_64-linux-gnu/libvulkan.so.1 /lib/x86_64-linux-gnu/libvulkan.so.1 /usr/lib64/libvulkan.so.1 /usr/lib/libvulkan.so.1 /usr/local/lib/libvulkan.so.1; do
  if [ -e "$file" ]; then loader=$file; fi
done
if [ -z "$loader" ] && [ -e "$here/lib/libvulkan.so.1" ]; then
  LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/lib
  export LD_LIBRARY_PATH
fi

# In containers NVIDIA's driver is often mounted where no loader looks; what lies in the usual places there is a GPU in software.
if [ -z "${VK_DRIVER_FILES:-}" ] && [ -z "${VK_ICD_FILENAMES:-}" ]; then
  usual=
  for file in /usr/share/vulkan/icd.d/nvidia*.json /usr/local/share/vulkan/icd.d/nvidia*.json /etc/vulkan/icd.d/nvidia*.json; do
    if [ -e "$file" ]; then usual=$file; fi
  done
  mounted=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
  if [ -z "$usual" ] && [ -e "$mounted" ]; then
    VK_DRIVER_FILES=$mounted
    export VK_DRIVER_FILES
    if [ -d /usr/local/nvidia/lib64 ]; then
      LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/local/nvidia/lib64
      export LD_LIBRARY_PATH
    fi
  fi
fi

# The environment's own wishes would change what is measured.
unset FEWSCOPE_BACKEND FEWSCOPE_PRECISION NODE_OPTIONS
FEWSCOPE_CACHE=$here/cache
export FEWSCOPE_CACHE
exec "$here/bin/node" "$here/card.js" "$@"
