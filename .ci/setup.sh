# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Sourced by tests/run, examples/run and benchmarks/run.
#   project_root                      the absolute path of the repository
#   need_packages GROUP...            installs what .ci/packages lists for the groups, or says how to, and exits
#   configure_preset PRESET [-D...]   runs CMake for a preset
#   build_target PRESET TARGET...     builds targets, configuring first if that was never done
#   use_offscreen_display             lets Qt programs run where there is no display
set -euo pipefail

project_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

need_packages() {
    local group list package packages=() missing=()
    while read -r group list; do
        [[ " $* " != *" $group "* ]] || read -r -a packages <<<"${packages[*]} $list"
    done <"$project_root/.ci/packages"

    if ! command -v dpkg-query >/dev/null; then
        echo "This is not a Debian system. What these packages hold is needed: ${packages[*]}" >&2
        return
    fi
    for package in "${packages[@]}"; do
        if [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) != installed
                && " ${missing[*]} " != *" $package "* ]]; then
            missing+=("$package")
        fi
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0

    local command="apt-get update && apt-get -o DPkg::Lock::Timeout=600 install --yes --no-install-recommends ${missing[*]}"
    local as_root=()
    if [[ $(id --user) -ne 0 ]]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            as_root=(sudo -n)
        else
            local prefix="su --login -c"
            command -v sudo >/dev/null && prefix="sudo sh -c"
            printf 'Packages are missing. This installs them:\n\n    %s "%s"\n\n' "$prefix" "$command" >&2
            exit 1
        fi
    fi
    echo "Installing: ${missing[*]}"
    "${as_root[@]}" sh -c "export DEBIAN_FRONTEND=noninteractive; $command"
}

configure_preset() {
    (cd "$project_root" && cmake --preset "$@")
}

build_target() {
    local preset=$1
    shift
    [[ -e $project_root/build/$preset/build.ninja ]] || configure_preset "$preset"
    cmake --build "$project_root/build/$preset" --target "$@"
}

use_offscreen_display() {
    [[ -z ${DISPLAY:-} && -z ${WAYLAND_DISPLAY:-} ]] || return 0
    export QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen}
    export QT_QUICK_BACKEND=${QT_QUICK_BACKEND:-software}
    if [[ -z ${XDG_RUNTIME_DIR:-} ]]; then
        XDG_RUNTIME_DIR=$(mktemp --directory) # only its owner may enter it, as Qt demands
        export XDG_RUNTIME_DIR
        trap 'rm -rf "$XDG_RUNTIME_DIR"' EXIT
    fi
}
