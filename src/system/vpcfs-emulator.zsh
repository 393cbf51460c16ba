#compdef vpcfs-emulator
# SPDX-License-Identifier: MIT
# zsh completion of vpcfs-emulator(1).
_arguments -s \
	'(-l --listen)'{-l+,--listen=}'[where to listen]:host\:port:(127.0.0.1\:0)' \
	'(-t --token)'{-t+,--token=}'[the token that is taken, - to read it from standard input]:token: ' \
	'(-p --profile)'{-p+,--profile=}'[how to behave]:profile:(live reference)' \
	'(-L --load)'{-L+,--load=}'[start with this list answer]:file:_files' \
	'(-s --state)'{-s+,--state=}'[keep the VPCs in this file]:file:_files' \
	'(-S --samples)'{-S,--samples}'[start with sample VPCs]' \
	'--latency=[before each answer]:milliseconds: ' \
	'--provision=[how long changes take]:milliseconds: ' \
	'*'{-f+,--fault=}'[misbehave]:rule:compadd -S \: LIST GET POST PATCH DELETE ANY' \
	'--omit-defaults[leave out of answers what is unset]' \
	'(-v --verbose)'{-v,--verbose}'[a line per request on standard error]' \
	'(- *)'{-h,--help}'[print a summary]' \
	'(- *)'{-V,--version}'[print the version]'
