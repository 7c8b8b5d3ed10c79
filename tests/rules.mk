# SPDX-License-Identifier: GPL-2.0-or-later
#
# The tests: check-all is every tier and one closing line; check-unit,
# check-cli ... are single tiers.  A test whose program does not build counts
# as failed, so that the closing line always comes.  tests/run is the judge.

JOBS ?= $(shell nproc 2>/dev/null || echo 1)
PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))
SUBMAKE = $(Q)$(MAKE) --no-print-directory $(PARALLEL)
# What fails to build fails again in tests/run, and is counted there.
TRY = -$(SUBMAKE) -k
JUDGE = $(Q)sh tests/run

SAN_O := build/release-san
FUZZ_O := build/fuzz
# The same program by other compilers: check-builds makes sure of no warning.
CLANG_O := build/check-clang
M32_O := build/check-m32

UNIT_NAMES := $(sort $(patsubst tests/%.c,%,$(wildcard tests/unit/*.c)))
TERM_NAMES := $(sort $(patsubst tests/%.c,%,$(wildcard tests/term/[0-9]*.c)))
FUZZ_NAMES := $(sort $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c)))
LIVE_NAMES := $(sort $(wildcard tests/live/[0-9]*-*.py))

UNIT := $(UNIT_NAMES:%=$O/tests/%)
TERM_TESTS := $(TERM_NAMES:%=$O/tests/%)
LIVE_PROGRAMS := $O/tests/live/zoo $O/tests/live/faulter
LIVE_PROGRAMS += $O/tests/live/changer

# ---- building
$O/tests/unit/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(LIB)
	$(say) TEST $<
	$(Q)mkdir -p $(@D)
	$(Q)rm -f $@	# or what no longer compiles would go on passing
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< \
		$(LIB) -lcmocka $(LIBS)

TERM_HELP := $O/tests/term/terminal.o $O/tests/term/target.o
$(TERM_HELP): $O/tests/term/%.o: tests/term/%.c tests/term/%.h $O/config
	$(say) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

$O/tests/term/%: tests/term/%.c $(TERM_HELP)
	$(say) TEST $<
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ \
		-lvterm -lcmocka -lutil

# Static: vmatlas would map the same libc, and so change the zoo's shares.
$O/tests/live/zoo: tests/live/zoo.c tests/live/zoo_keeper.c \
		tests/live/zoo_rare.c tests/live/zoo_odd.c tests/live/zoo.h \
		$O/config
	$(say) TEST $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -static \
		-o $@ $(filter %.c,$^)

$O/tests/live/faulter $O/tests/live/changer: $O/%: %.c $O/config
	$(say) TEST $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -static -o $@ $<

.PHONY: unit-programs term-programs live-programs man-programs \
	fuzz-programs fuzz-link san-programs clang-programs m32-programs
unit-programs: $(UNIT)
term-programs: $(PROG) $(TERM_TESTS)
man-programs: $(FIELDS) $(TABLES)
live-programs: $(PROG) $(LIVE_PROGRAMS)

# With clang the drivers search for new inputs under both sanitizers; without
# it they replay the corpus.
FUZZ_MAIN := tests/fuzz/replay/main.c
fuzz-programs:
	$(Q)if sh tests/fuzz/run --has-clang; then \
		$(MAKE) --no-print-directory $(PARALLEL) -k O=$(FUZZ_O) \
		CC=clang SANITIZE=fuzzer-no-link,address,undefined \
		FUZZ_MAIN=-fsanitize=fuzzer fuzz-link; \
	else \
		$(MAKE) --no-print-directory $(PARALLEL) -k O=$(FUZZ_O) \
		SANITIZE=address,undefined fuzz-link; \
	fi
fuzz-link: $(FUZZ_NAMES:%=$O/fuzz/%)
$O/fuzz/%: tests/fuzz/%.c $(LIB)
	$(say) FUZZ $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(filter-out -Wmissing-prototypes,$(ALL_CFLAGS)) \
		$(ALL_LDFLAGS) -o $@ $< $(FUZZ_MAIN) $(LIB) $(LIBS)

san-programs:
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) -k O=$(SAN_O) \
		SANITIZE=address,undefined all unit-programs

# Optimised little: what counts is that they do the same, soon.
clang-programs:
	$(Q)if command -v clang >/dev/null; then \
		$(MAKE) --no-print-directory $(PARALLEL) -k O=$(CLANG_O) \
		CC=clang CFLAGS='-O1 -g' WERROR=1 all; \
	fi
m32-programs:
	$(Q)if sh tests/m32 --wanted; then \
		$(MAKE) --no-print-directory $(PARALLEL) -k O=$(M32_O) \
		CC="gcc -m32 $$(sh tests/m32 --flags)" CFLAGS='-O1 -g' \
		WERROR=1 LIBPROC2=0 LIBELF=0 ZSTD=0 all live-programs; \
	fi

# ---- what each tier runs: one quoted command a test
RUN_layers := 'sh tests/check-run' 'sh tests/check-layers'
RUN_unit := $(UNIT)
RUN_fuzz := $(FUZZ_NAMES:%='sh tests/fuzz/run $(FUZZ_O)/fuzz/%')
RUN_cli := 'VMATLAS=$(PROG) sh tests/cli/run' \
	'VMATLAS=$(PROG) python3 -B tests/cli/metrics.py' \
	'VMATLAS=$(PROG) python3 -B tests/cli/examples.py'
RUN_tui := 'VMATLAS=$(PROG) sh tests/tui/run' \
	'VMATLAS=$(PROG) python3 -B tests/tui/keys.py' \
	'VMATLAS=$(PROG) python3 -B tests/tui/layout.py' \
	'VMATLAS=$(PROG) python3 -B tests/tui/replay.py'
# Other kernels' recordings; and those kernels themselves, taken anew.
REPLAY := python3 -B tests/boards/50-boards-replay.py
RUN_recorded := 'VMATLAS=$(PROG) $(REPLAY)'
BOARDS_O := build/release-static-noproc2
RUN_boards := 'VMATLAS=$(BOARDS_O)/vmatlas ZOO=$(BOARDS_O)/tests/live/zoo \
	sh tests/boards/take build/boards $(KERNELS)' \
	'VMATLAS=$(BOARDS_O)/vmatlas $(REPLAY) build/boards' \
	'VMATLAS=$(BOARDS_O)/vmatlas FAULTER=$(BOARDS_O)/tests/live/faulter \
	sh tests/boards/look $(KERNELS)'
RUN_term := $(TERM_NAMES:%='VMATLAS=$(PROG) $O/tests/%')
# What reaches a terminal, in bytes; the whole benchmark is "make bench".
RUN_bytes := 'VMATLAS=$(PROG) python3 -B tests/bench/bytes.py'
RUN_bench := 'VMATLAS=$(PROG) python3 -B tests/bench/check.py'
RUN_live := $(LIVE_NAMES:%='VMATLAS=$(PROG) ZOO=$O/tests/live/zoo python3 -B %')
LSAN := LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0
RUN_san := $(UNIT_NAMES:%='$(LSAN) $(SAN_O)/tests/%') \
	'$(LSAN) VMATLAS=$(SAN_O)/vmatlas sh tests/cli/run' \
	'$(LSAN) VMATLAS=$(SAN_O)/vmatlas sh tests/tui/run' \
	'$(LSAN) VMATLAS=$(SAN_O)/vmatlas $(REPLAY)'
RUN_builds := 'sh tests/check-builds'
# The same recordings give the same reports and screens, whoever compiled; and
# a 32-bit program names every page right.  What is of the same kind shares its
# vdso with vmatlas while that runs, so there only the audit can compare.
RUN_same := 'VMATLAS=$(CLANG_O)/vmatlas sh tests/cli/run' \
	'VMATLAS=$(CLANG_O)/vmatlas sh tests/tui/run' \
	'VMATLAS=$(M32_O)/vmatlas sh tests/m32 sh tests/cli/run' \
	'VMATLAS=$(M32_O)/vmatlas sh tests/m32 sh tests/tui/run' \
	'VMATLAS=$(M32_O)/vmatlas sh tests/m32 $(REPLAY)' \
	'VMATLAS=$(M32_O)/vmatlas ZOO=$O/tests/live/zoo sh tests/m32 python3 -B tests/live/80-live-zoo.py' \
	'VMATLAS=$(PROG) ZOO=$(M32_O)/tests/live/zoo sh tests/m32 python3 -B tests/live/80-live-zoo.py' \
	'VMATLAS=$(M32_O)/vmatlas ZOO=$(M32_O)/tests/live/zoo sh tests/m32 python3 -B tests/live/84-live-audit.py'
RUN_install := 'sh tests/check-install'
RUN_man := 'VMATLAS=$(PROG) FIELDS=$(FIELDS) TABLES=$(TABLES) \
	sh tests/check-man'

.PHONY: check-all check-layers check-unit check-fuzz check-cli check-tui \
	check-term check-live check-sanitize check-builds check-same \
	check-install check-man check-recorded check-bytes check-bench check-boards \
	bench bench-programs
check-all:
	$(TRY) all unit-programs term-programs live-programs man-programs \
		bench-programs
	$(TRY) san-programs
	$(TRY) fuzz-programs
	$(TRY) clang-programs m32-programs
	$(JUDGE) $(RUN_layers) $(RUN_unit) $(RUN_fuzz) $(RUN_cli) \
		$(RUN_recorded) $(RUN_tui) \
		$(RUN_term) $(RUN_bytes) $(RUN_bench) $(RUN_live) $(RUN_san) $(RUN_builds) \
		$(RUN_same) $(RUN_install) $(RUN_man)

# Measures what "make check" does not judge: how fast, against bare loops of
# the same system calls.  A table, and the same as JSON beside the program.
# BENCH="--quick", names of rows or parts: less of it.
BENCH_TOOLS := $(patsubst %,$O/tests/bench/%,bare load)
$(BENCH_TOOLS): $O/tests/bench/%: tests/bench/%.c $O/config
	$(say) TEST $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $<
bench-programs: $(PROG) $(BENCH_TOOLS)
# Builds for boards are measured if they can be made here.
bench: bench-programs
	-$(SUBMAKE) O=build/release-static STATIC=1
	-$(SUBMAKE) O=build/release-noproc2 LIBPROC2=0
	$(Q)VMATLAS=$(PROG) python3 -B tests/bench/bench \
		--json $O/bench.json $(BENCH)

check-bench:
	$(TRY) bench-programs
	$(JUDGE) $(RUN_bench)

check-layers:
	$(JUDGE) $(RUN_layers)

check-unit:
	$(TRY) unit-programs
	$(JUDGE) $(RUN_unit)

check-fuzz:
	$(TRY) fuzz-programs
	$(JUDGE) $(RUN_fuzz)

check-cli check-tui check-recorded check-bytes: check-%:
	$(TRY) all
	$(JUDGE) $(RUN_$*)

check-term check-live: check-%:
	$(TRY) $*-programs
	$(JUDGE) $(RUN_$*)

check-sanitize:
	$(TRY) san-programs
	$(JUDGE) $(RUN_san)

check-builds:
	$(TRY) clang-programs m32-programs
	$(JUDGE) $(RUN_builds)

check-same:
	$(TRY) all live-programs
	$(TRY) clang-programs m32-programs
	$(JUDGE) $(RUN_same)

check-install check-man: check-%:
	$(TRY) all man-programs
	$(JUDGE) $(RUN_$*)

# Boots other kernels (tests/boards/guest); KERNELS chooses among them.
check-boards:
	$(TRY) STATIC=1 LIBPROC2=0 O=$(BOARDS_O) all live-programs
	$(Q)rm -rf build/boards
	$(JUDGE) $(RUN_boards)
