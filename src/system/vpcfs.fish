# SPDX-License-Identifier: MIT
# fish completion of vpcfs(1). The options of -o are those of the program's own -h.

function __vpcfs_values -a name typed
    switch $name
        case token_file cacert
            __fish_complete_path $typed
        case token_command
            __fish_complete_command
        case uid
            __fish_complete_users
        case gid
            __fish_complete_groups
        case api
            printf '%s\n' rest connect grpc
        case log
            printf '%s\n' error warn info debug
        case endpoint
            echo https://api.coreweave.com
    end
end

# A -o list: what is before its last comma stays.
function __vpcfs_settings
    set -l token (commandline -ct | string replace -r '^-o' '')
    set -l before (string match -rg '^(.*,)' -- $token)
    set -l last (string replace -r '^.*,' '' -- $token)
    if string match -q '*=*' -- $last
        set -l parts (string split -m 1 = -- $last)
        __vpcfs_values $parts[1] $parts[2] | while read -l value
            echo "$before$parts[1]=$value"
        end
        return
    end
    set -l program (commandline -opc)[1]
    $program -h 2>/dev/null | string match -rg '^  -o (\S+ +.*)' | while read -l line
        set -l text (string replace -r '^\S+ +' '' -- $line)
        for name in (string split , -- (string match -r '^\S+' -- $line))
            printf '%s%s\t%s\n' "$before" (string replace -r '=.*' '=' -- $name) $text
        end
    end
end

function __vpcfs_mounts
    string match -rg '^\S+ \S+ \S+ \S+ (\S+) .* - fuse\.vpcfs ' </proc/self/mountinfo | string unescape
end

complete -c vpcfs -f
complete -c vpcfs -n 'not __fish_seen_argument -l status' -a '(__fish_complete_directories)'
complete -c vpcfs -n 'not __fish_seen_argument -l status' -a https://api.coreweave.com -d endpoint
complete -c vpcfs -s o -x -a '(__vpcfs_settings)' -d 'Options of the mount'
complete -c vpcfs -l emulator -d 'Mount sample VPCs'
complete -c vpcfs -l status -x -a '(__vpcfs_mounts)' -d 'Say whether a mount is reachable'
complete -c vpcfs -n '__fish_seen_argument -l status' -l json -d 'As JSON'
complete -c vpcfs -s f -d 'Stay in the foreground'
complete -c vpcfs -s d -d 'Foreground with debug messages'
complete -c vpcfs -s V -l version -d 'Print the version'
complete -c vpcfs -s h -l help -d 'Print a summary'
