# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Sourced by scripts that work in a Debian of their own, in a folder, which needs root and the package debootstrap.
#   enter_namespace ARGUMENT...          goes on in a copy of the script with these arguments: what that one mounts and starts
#                                        ends with it, whatever becomes of it, so that nothing stays that a later rm could reach
#   make_root SUITE FOLDER [MIRROR]      makes a bare Debian SUITE in FOLDER, or takes the one that is there
#   in_root FOLDER DIRECTORY COMMAND...  runs the command there, in that directory, as a first login would

fail() {
    echo "$0: $1" >&2
    exit 2
}

enter_namespace() {
    [[ $(id --user) -eq 0 ]] || fail "debootstrap and chroot need root"
    command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"
    if [[ -z ${SIGNALBOX_OWN_NAMESPACE:-} ]]; then
        export SIGNALBOX_OWN_NAMESPACE=yes
        unshare --mount --pid --fork --kill-child --propagation private "$0" "$@" &
        trap 'kill -KILL $!' INT TERM HUP
        local code=0
        wait $! || code=$?
        exit $code
    fi
}

make_root() {
    local suite=$1 tree=$2 mirror=${3:-}
    if [[ ! -e $tree/complete ]]; then
        if [[ -z $mirror ]]; then
            # shellcheck disable=SC2016 # names of apt's
            mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | awk '$1 == "Debian" && !count++ { print $2 }')
            [[ -n $mirror ]] || fail "this machine has no Debian mirror of its own"
        fi
        echo "== $suite, from $mirror"
        local script=/usr/share/debootstrap/scripts/$suite
        [[ -e $script ]] || script=/usr/share/debootstrap/scripts/sid # it is younger than this debootstrap
        rm -rf "$tree"
        mkdir -p "$(dirname "$tree")"
        debootstrap --variant=minbase "$suite" "$tree" "$mirror" "$script" || fail "there is no $suite: see $tree/debootstrap"
        # Mirrors of a testing release may be older than it allows.
        echo 'Acquire::Check-Valid-Until "false";' >"$tree/etc/apt/apt.conf.d/90validity"
        touch "$tree/complete"
    fi
    cp /etc/resolv.conf "$tree/etc/resolv.conf"
    mount -t proc proc "$tree/proc"
    mount --rbind /dev "$tree/dev"
}

in_root() {
    local tree=$1 directory=$2
    shift 2
    chroot "$tree" /usr/bin/env --ignore-environment HOME=/root LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ${http_proxy:+"http_proxy=$http_proxy"} \
        sh -c 'cd "$0" && exec "$@"' "$directory" "$@"
}
