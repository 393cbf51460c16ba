# SPDX-License-Identifier: MIT
# bash completion of vpcfs-emulator(1). The options are those of the program's own -h.

_vpcfs_emulator() {
	local cur prev words cword
	_init_completion || return
	case $prev in
	--load | -L | --state | -s) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); compopt -o filenames ;;
	--profile | -p) mapfile -t COMPREPLY < <(compgen -W "live reference" -- "$cur") ;;
	--fault | -f) mapfile -t COMPREPLY < <(compgen -W "LIST GET POST PATCH DELETE ANY" -S : -- "$cur"); compopt -o nospace ;;
	--listen | -l) mapfile -t COMPREPLY < <(compgen -W "127.0.0.1:0" -- "$cur") ;;
	--token | -t | --latency | --provision) ;;
	*)
		mapfile -t COMPREPLY < <(compgen -W "$("$1" -h 2>/dev/null |
			grep -oE '(^ +|, | {3})--?[[:alpha:]][[:alnum:]-]*' | tr -d ' ,' | sort -u)" -- "$cur")
		;;
	esac
}

complete -F _vpcfs_emulator vpcfs-emulator
