# SPDX-License-Identifier: MIT
# bash completion of vpcfs(1). The options are those of the program's own -h.

_vpcfs_settings() {
	"$1" -h 2>/dev/null | sed -n 's/^  -o \([^ ]*\).*/\1/p' | tr , '\n' | sed 's/=.*/=/'
}

_vpcfs_flags() {
	{ "$1" -h 2>/dev/null | grep -oE '(^ +|, )--?[[:alpha:]][[:alnum:]-]*' | tr -d ' ,'; echo --json; } | sort -u
}

_vpcfs_mounts() {
	awk '/ - fuse\.vpcfs / {print $5}' /proc/self/mountinfo | while IFS= read -r path; do
		printf '%b\n' "${path//\\/\\0}"
	done
}

# The values of one option; $1 is its name, $2 what is typed of the value.
_vpcfs_values() {
	case $1 in
	token_file | cacert) compgen -f -- "$2" ;;
	token_command) compgen -c -- "$2" ;;
	uid) compgen -u -- "$2" ;;
	gid) compgen -g -- "$2" ;;
	api) compgen -W "rest connect grpc" -- "$2" ;;
	log) compgen -W "error warn info debug" -- "$2" ;;
	endpoint) compgen -W "https://api.coreweave.com" -- "$2" ;;
	esac
}

# A -o list: what is before its last comma stays.
_vpcfs_list() {
	local done=${2%"${2##*,}"} last=${2##*,}
	if [[ $last == *=* ]]; then
		_vpcfs_values "${last%%=*}" "${last#*=}" | sed "s|^|${last%%=*}=|"
	else
		compgen -W "$(_vpcfs_settings "$1")" -- "$last"
	fi | while IFS= read -r word; do printf '%s\n' "$done$word"; done
}

_vpcfs() {
	local cur prev words cword
	_init_completion -n =: || return
	case $prev in
	-o) mapfile -t COMPREPLY < <(_vpcfs_list "$1" "$cur") ;;
	--status) mapfile -t COMPREPLY < <(compgen -W "$(_vpcfs_mounts)" -- "$cur") ;;
	*)
		case $cur in
		-o?*) mapfile -t COMPREPLY < <(_vpcfs_list "$1" "${cur#-o}" | sed 's/^/-o/') ;;
		--emulator=*) mapfile -t COMPREPLY < <(compgen -f -P --emulator= -- "${cur#*=}") ;;
		-*) mapfile -t COMPREPLY < <(compgen -W "$(_vpcfs_flags "$1")" -- "$cur") ;;
		*)
			mapfile -t COMPREPLY < <(compgen -d -- "$cur"; compgen -W "https://api.coreweave.com" -- "$cur")
			compopt -o filenames
			;;
		esac
		;;
	esac
	# readline takes "=" and ":" for the start of a word.
	COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*[=:]}"}"}")
	[[ $prev != -o && $cur != -o?* && $cur != --emulator=* ]] || compopt -o nospace
}

complete -F _vpcfs vpcfs
