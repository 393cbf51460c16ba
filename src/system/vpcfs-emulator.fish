# SPDX-License-Identifier: MIT
# fish completion of vpcfs-emulator(1).
complete -c vpcfs-emulator -f
complete -c vpcfs-emulator -s l -l listen -x -a 127.0.0.1:0 -d 'Where to listen'
complete -c vpcfs-emulator -s t -l token -x -d 'The token that is taken, - to read it from standard input'
complete -c vpcfs-emulator -s p -l profile -x -a 'live reference' -d 'How to behave'
complete -c vpcfs-emulator -s L -l load -r -F -d 'Start with this list answer'
complete -c vpcfs-emulator -s s -l state -r -F -d 'Keep the VPCs in this file'
complete -c vpcfs-emulator -s S -l samples -d 'Start with sample VPCs'
complete -c vpcfs-emulator -l latency -x -d 'Milliseconds before each answer'
complete -c vpcfs-emulator -l provision -x -d 'Milliseconds that changes take'
complete -c vpcfs-emulator -s f -l fault -x -a 'LIST: GET: POST: PATCH: DELETE: ANY:' -d Misbehave
complete -c vpcfs-emulator -l omit-defaults -d 'Leave out of answers what is unset'
complete -c vpcfs-emulator -s v -l verbose -d 'A line per request on standard error'
complete -c vpcfs-emulator -s h -l help -d 'Print a summary'
complete -c vpcfs-emulator -s V -l version -d 'Print the version'
