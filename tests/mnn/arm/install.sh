#!/usr/bin/env bash
# Makes FOLDER/python: Python 3.11 and pip's MNN for 64-bit ARM, run by QEMU on another processor.
#
#   tests/mnn/arm/install.sh FOLDER        on Debian 12, as root, with the package registries
#   MNNQUANT_PYTHON=FOLDER/python pnpm test:mnn int8-ops
#   QCPU=cortex-a76 MNNQUANT_PYTHON=...    another processor than QEMU's `max`: cortex-a53, cortex-a76, ...
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
apt-get update -qq
apt-get install -y -qq qemu-user unzip
dpkg --add-architecture arm64
trap 'dpkg --remove-architecture arm64' EXIT
apt-get update -qq
mkdir -p "$folder/packages" "$folder/root/site"
cd "$folder/packages"
apt-get download -qq {libc6,libgcc-s1,libstdc++6,python3.11,python3.11-minimal,libpython3.11-minimal}:arm64 \
  {libpython3.11-stdlib,zlib1g,libexpat1,libffi8,libbz2-1.0,liblzma5,libssl3,libuuid1,libtirpc3,libnsl2}:arm64
for package in *.deb; do dpkg -x "$package" "$folder/root"; done
python3 -m venv "$folder/pip"
"$folder/pip/bin/pip" download --quiet --no-deps --only-binary=:all: --python-version 3.11 \
  --platform manylinux2014_aarch64 --platform manylinux_2_27_aarch64 --platform manylinux_2_28_aarch64 \
  --dest "$folder/wheels" MNN==3.6.1 numpy
for wheel in "$folder"/wheels/*.whl; do unzip -qo "$wheel" -d "$folder/root/site"; done
cat > "$folder/python" <<SCRIPT
#!/usr/bin/env bash
export PYTHONPATH=$folder/root/site PYTHONHOME=$folder/root/usr
exec qemu-aarch64 -cpu "\${QCPU:-max}" -L $folder/root $folder/root/usr/bin/python3.11 "\$@"
SCRIPT
chmod +x "$folder/python"
"$folder/python" -c 'import MNN, platform; print(platform.machine(), MNN.version())'
