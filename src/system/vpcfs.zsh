#compdef vpcfs
# SPDX-License-Identifier: MIT
# zsh completion of vpcfs(1). The options are those of the program's own -h.

# One "name[text]:value:action" for _values of each option of a -o list.
_vpcfs_settings() {
	local line name text action
	local -a specs
	for line in ${(f)"$(_call_program options $words[1] -h 2>/dev/null | sed -n 's/^  -o //p')"}; do
		text=${line##[^ ]# #}
		for name in ${(s:,:)line%% *}; do
			case ${name%%=*} in
			token_file|cacert) action=_files ;;
			token_command) action=_command_names ;;
			uid) action=_users ;;
			gid) action=_groups ;;
			api) action='(rest connect grpc)' ;;
			log) action='(error warn info debug)' ;;
			endpoint) action='(https\://api.coreweave.com)' ;;
			*) action=' ' ;;
			esac
			text=${text//[\[\]:]/ }
			if [[ $name == *=* ]]; then
				specs+=("${name%%=*}[$text]:${(L)name#*=}:$action")
			else
				specs+=("${name}[$text]")
			fi
		done
	done
	_values -s , option $specs
}

_vpcfs_mounts() {
	local -a mounts
	mounts=(${(g:o:)${(f)"$(awk '/ - fuse\.vpcfs / {print $5}' /proc/self/mountinfo)"}})
	compadd -a mounts
}

_vpcfs() {
	_arguments -s \
		'*-o+[options of the mount]:option:_vpcfs_settings' \
		'--emulator=-[mount sample VPCs]::state file:_files' \
		'--status[say whether a mount is reachable]:mountpoint:_vpcfs_mounts' \
		'--json[with --status\: as JSON]' \
		'-f[stay in the foreground]' \
		'-d[foreground with debug messages]' \
		'(- *)'{-V,--version}'[print the version]' \
		'(- *)'{-h,--help}'[print a summary]' \
		'1: :{_alternative "endpoints:endpoint:(https\://api.coreweave.com)" "mountpoints:mountpoint:_directories"}' \
		'2:mountpoint:_directories'
}

setopt localoptions extendedglob
_vpcfs "$@"
