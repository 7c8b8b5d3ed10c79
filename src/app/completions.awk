# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a shell completes, from the program's own tables:
#
#   awk -v shell=bash|zsh|fish -f completions.awk options.h live.c >FILE
#
# Reads the tables OPTIONS and REPORTS of options.h, and the names for
# --without in live.c.  No program is run, so that one for another machine has
# its completions, too.

function field(i,   text) {
	text = part[i]
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	gsub(/^"|"$/, "", text)
	gsub(/\\"/, "\"", text)
	return text == "NULL" || text == "0" ? "" : text
}

# The arguments of X(...), taken apart at commas outside of quotes.
function split_row(line,   i, c, n, quoted) {
	sub(/^[ \t]*X\(/, "", line)
	sub(/\)[ \t]*\\?$/, "", line)
	n = 1
	part[1] = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		if (c == "\"" && substr(line, i - 1, 1) != "\\")
			quoted = !quoted
		if (c == "," && !quoted)
			part[++n] = ""
		else
			part[n] = part[n] c
	}
	return n
}

/^#define / { table = $2; sub(/\(.*/, "", table) }
table == "OPTIONS" && /^[ \t]+X\(/ && split_row($0) == 5 {
	letter[++n] = field(2)
	gsub(/'/, "", letter[n])
	name[n] = field(3)
	argument[n] = field(4)
	words[n] = field(5)
}
table == "REPORTS" && /^[ \t]+X\(/ && split_row($0) == 2 {
	reports = reports (reports == "" ? "" : " ") field(2)
}
/^[ \t]+\{ "[a-z-]+", WITHOUT_/ {
	gsub(/[{",]/, " ")
	without = without (without == "" ? "" : " ") $1
}

# What may follow: words, or what kind of thing.
function values(i,   text) {
	if (argument[i] == "KIND")
		return reports
	if (name[i] == "without")
		return without
	if (name[i] == "colors")
		return "0 8 16 256 16777216"
	if (name[i] == "format" || name[i] == "theme") {
		text = words[i]
		sub(/^.*: /, "", text)
		return text
	}
	return ""
}

function kind(i) {
	if (argument[i] == "")
		return "none"
	if (values(i) != "")
		return argument[i] ~ /FILE/ ? "words-or-file" : "words"
	if (argument[i] == "PID")
		return "pid"
	if (argument[i] == "USER")
		return "user"
	if (argument[i] == "DIR")
		return "folder"
	return argument[i] ~ /^(FILE|PATH)$/ ? "file" : "text"
}

function quote(text) {		# for sh and zsh
	gsub(/'/, "'\\''", text)
	return text
}

function dashed(i) {
	return (letter[i] == "" ? "" : "-" letter[i] "|") "--" name[i]
}

function bash(   i, all, done) {
	print "# bash completion for vmatlas"
	print "_vmatlas_words() {"
	print "\tCOMPREPLY=($(compgen -W \"$1\" -- \"$cur\"))"
	print "}"
	print "_vmatlas() {"
	print "\tlocal cur=${COMP_WORDS[COMP_CWORD]} i names"
	print "\tlocal prev=${COMP_WORDS[COMP_CWORD - 1]}"
	print "\t# --report=KIND comes as three words."
	print "\tif [[ $cur == = ]]; then"
	print "\t\tcur="
	print "\telif [[ $prev == = ]]; then"
	print "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}"
	print "\tfi"
	print "\tlocal pids=(/proc/[0-9]*)"
	print "\tCOMPREPLY=()"
	print "\tfor ((i = 1; i < COMP_CWORD; i++)); do"
	print "\t\t[[ ${COMP_WORDS[i]} == -- ]] || continue"
	print "\t\tif ((i + 1 == COMP_CWORD)); then"
	print "\t\t\tCOMPREPLY=($(compgen -c -- \"$cur\"))"
	print "\t\telse"
	print "\t\t\tcompopt -o default 2>/dev/null"
	print "\t\tfi"
	print "\t\treturn"
	print "\tdone"
	print "\tcase $prev in"
	for (i = 1; i <= n; i++) {
		all = all (i > 1 ? " " : "") "--" name[i] \
			(letter[i] == "" ? "" : " -" letter[i])
		if (kind(i) == "none")
			continue
		print "\t" dashed(i) ")"
		if (kind(i) ~ /^words/)
			print "\t\t_vmatlas_words '" quote(values(i)) "'"
		if (kind(i) == "words-or-file" || kind(i) == "file")
			print "\t\tcompopt -o default 2>/dev/null"
		if (kind(i) == "pid")
			print "\t\t_vmatlas_words \"${pids[*]#/proc/}\""
		if (kind(i) == "user")
			print "\t\tCOMPREPLY=($(compgen -u -- \"$cur\"))"
		if (kind(i) == "folder")
			print "\t\tcompopt -o dirnames 2>/dev/null"
		print "\t\treturn ;;"
	}
	print "\tesac"
	print "\tif [[ $cur == -* ]]; then"
	print "\t\t_vmatlas_words '" quote(all) "'"
	print "\t\treturn"
	print "\tfi"
	print "\t# compgen would run what other names say."
	print "\tnames=$(cat /proc/[0-9]*/comm 2>/dev/null |"
	print "\t\tLC_ALL=C sed -n '/^[A-Za-z0-9_.+:-]*$/p')"
	print "\t_vmatlas_words \"${pids[*]#/proc/} $names\""
	print "}"
	print "complete -F _vmatlas vmatlas"
}

function zsh(   i, text, act, more) {
	print "#compdef vmatlas"
	print "_vmatlas_processes() {"
	print "\tlocal -a pids names"
	print "\tpids=(/proc/<->(N:t))"
	print "\tnames=(${(f)\"$(cat /proc/<->/comm(N) 2>/dev/null)\"})"
	print "\tcompadd -- $pids"
	print "\tcompadd -- $names"
	print "}"
	print "_vmatlas_pids() {"
	print "\tcompadd -- /proc/<->(N:t)"
	print "}"
	print "_arguments -s -S \\"
	for (i = 1; i <= n; i++) {
		text = words[i]
		gsub(/\[/, "\\[", text)
		gsub(/\]/, "\\]", text)
		gsub(/:/, "\\:", text)
		act = argument[i]
		gsub(/:/, "\\:", act)
		if (kind(i) != "none")
			act = ":" act ":" zsh_action(i)
		more = words[i] ~ /repeatable/ ? "*" : ""
		if (letter[i] != "" && more == "")
			more = "(-" letter[i] " --" name[i] ")"
		if (letter[i] != "")
			printf "\t'%s'{-%s%s,--%s%s}'[%s]%s' \\\n", more,
				letter[i], kind(i) == "none" ? "" : "+",
				name[i], kind(i) == "none" ? "" : "=",
				quote(text), quote(act)
		else
			printf "\t'%s--%s%s[%s]%s' \\\n", more, name[i],
				kind(i) == "none" ? "" : "=", quote(text),
				quote(act)
	}
	print "\t'*:process:_vmatlas_processes'"
}

function zsh_action(i) {
	if (kind(i) == "words")
		return "(" values(i) ")"
	if (kind(i) == "words-or-file")
		return "{compadd -- " values(i) "; _files}"
	if (kind(i) == "pid")
		return "_vmatlas_pids"
	if (kind(i) == "user")
		return "_users"
	if (kind(i) == "folder")
		return "_directories"
	return kind(i) == "file" ? "_files" : ""
}

function fish(   i, text) {
	print "# fish completion for vmatlas"
	print "complete -c vmatlas -f -a '(__fish_complete_pids)'"
	for (i = 1; i <= n; i++) {
		text = words[i]
		gsub(/'/, "\\'", text)
		printf "complete -c vmatlas%s -l %s%s -d '%s'\n",
			letter[i] == "" ? "" : " -s " letter[i], name[i],
			fish_action(i), text
	}
}

function fish_action(i) {
	if (kind(i) == "words")
		return " -x -a '" values(i) "'"
	if (kind(i) == "words-or-file")
		return " -r -F -a '" values(i) "'"
	if (kind(i) == "pid")
		return " -x -a '(__fish_complete_pids)'"
	if (kind(i) == "user")
		return " -x -a '(__fish_complete_users)'"
	if (kind(i) == "folder")
		return " -x -a '(__fish_complete_directories)'"
	if (kind(i) == "file")
		return " -r -F"
	return kind(i) == "text" ? " -x" : ""
}

END {
	if (!n || reports == "" || without == "") {
		print "completions.awk: a table was not found" >"/dev/stderr"
		exit 1
	}
	if (shell == "bash")
		bash()
	else if (shell == "zsh")
		zsh()
	else if (shell == "fish")
		fish()
	else
		exit 1
}
