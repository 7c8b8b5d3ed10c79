# vmatlas: where every page of a process really lives.
#
#   make run      install what is missing, build, open the atlas on a sample
#   make check    install what the tests need, build, run all tests
#   make          build build/release/vmatlas
#
# CC CFLAGS CPPFLAGS LDFLAGS CROSS_COMPILE PKG_CONFIG PREFIX DESTDIR V=1
# WERROR=1 STATIC=1 SANITIZE=address,undefined LIBPROC2=0 LIBELF=0 DEMANGLE=0
# ZSTD=0 do what people expect.  Each configuration has its own folder under
# build/.

VERSION := 0.1
PREFIX ?= /usr/local
PKG_CONFIG ?= $(CROSS_COMPILE)pkg-config
ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
AR := $(CROSS_COMPILE)ar
CFLAGS ?= -O2 -g
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),@:,@printf '  %-7s %s\n')

comma := ,
# ---- configuration: a name for each, so that trees live side by side
CONFIG := release$(if $(CROSS_COMPILE),-$(CROSS_COMPILE:-=))$(if \
	$(findstring clang,$(CC)),-clang)$(if $(SANITIZE),-san-$(subst $(comma),-,$(SANITIZE)))$(if \
	$(filter 1,$(STATIC)),-static)$(if $(filter 0,$(LIBPROC2)),-noproc2)$(if \
	$(filter 0,$(LIBELF)),-noelf)$(if $(filter 0,$(DEMANGLE)),-nodemangle)$(if \
	$(filter 0,$(ZSTD)),-nozstd)
O ?= build/$(CONFIG)

# ---- libraries, by pkg-config; what is missing is named with its package
NEED := ncursesw
PACKAGE_ncursesw := libncurses-dev
# No static program loads libraries.
ifneq ($(if $(filter 1,$(STATIC)),0,$(LIBPROC2)),0)
  ifeq ($(shell $(PKG_CONFIG) --exists libproc2 2>/dev/null && echo y),y)
    LOADED += libproc2
    FEATURES += -DHAVE_LIBPROC2=1 -DLIBPROC2_SONAME='"$(PROC2_SONAME)"'
  else ifeq ($(LIBPROC2),1)
    NEED += libproc2
  endif
endif
PACKAGE_libproc2 := libproc2-dev
# Loaded when it is needed (src/source/processes.c).
PROC2_SONAME ?= libproc2.so.0
# Names of sections and symbols; loaded when it is needed
# (src/source/elf_library.c), but for a static program.
LIBELF_SONAME ?= libelf.so.1
ifneq ($(LIBELF),0)
  NEED += libelf
  FEATURES += -DHAVE_LIBELF=1
  ifneq ($(STATIC),1)
    FEATURES += -DLIBELF_SONAME='"$(LIBELF_SONAME)"'
  endif
endif
PACKAGE_libelf := libelf-dev
# Recordings that are packed; where it is not there, they are written as they
# are.  Loaded when it is needed (src/source/pack.c).
LIBZSTD_SONAME ?= libzstd.so.1
ifneq ($(ZSTD),0)
  ifeq ($(shell $(PKG_CONFIG) --exists libzstd 2>/dev/null && echo y),y)
    USED += libzstd
    FEATURES += -DHAVE_LIBZSTD=1
    ifneq ($(STATIC),1)
      FEATURES += -DLIBZSTD_SONAME='"$(LIBZSTD_SONAME)"'
    endif
  else ifeq ($(ZSTD),1)
    NEED += libzstd
  endif
endif
PACKAGE_libzstd := libzstd-dev
# Readable names of C++ and Rust: libiberty, which pkg-config does not know, so
# the compiler is asked.  Where it is not there, names stay mangled.
ifneq ($(DEMANGLE),0)
  TRY_LIBIBERTY = printf '\043include <libiberty/demangle.h>\nint main(void)\
	{ return rust_demangle_callback("", 0, 0, 0); }' | $(CC) $(CPPFLAGS) \
	$(CFLAGS) $(LDFLAGS) -o /dev/null -x c - -liberty 2>/dev/null && echo y
  ifeq ($(shell $(TRY_LIBIBERTY)),y)
    LIBIBERTY := -liberty
    FEATURES += -DHAVE_LIBIBERTY=1
  else ifeq ($(DEMANGLE),1)
    NEED += libiberty
  endif
endif
PACKAGE_libiberty := libiberty-dev
MISSING := $(strip $(foreach l,$(NEED),$(shell $(PKG_CONFIG) --exists $(l) 2>/dev/null || echo $(l))))

PC_STATIC := $(if $(filter 1,$(STATIC)),--static)
ALL_CPPFLAGS = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 \
	-DVMATLAS_VERSION='"$(VERSION)"' $(FEATURES) -Iinclude -I$O/gen \
	$(shell $(PKG_CONFIG) --cflags $(NEED) $(USED) $(LOADED) 2>/dev/null) $(CPPFLAGS)
WARN := -Wall -Wextra -Wshadow -Wvla -Wmissing-prototypes \
	-Wstrict-prototypes -Wformat=2 $(if $(filter 1,$(WERROR)),-Werror)
SAN := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all \
	-fno-omit-frame-pointer)
ALL_CFLAGS = -std=c11 -pthread $(WARN) $(SAN) $(CFLAGS)
ALL_LDFLAGS = -pthread $(SAN) $(if $(filter 1,$(STATIC)),-static) $(LDFLAGS)
LINKED = $(if $(filter 1,$(STATIC)),$(NEED) $(USED),$(filter-out libelf,$(NEED)))
LIBS = $(shell $(PKG_CONFIG) --libs $(PC_STATIC) $(LINKED) 2>/dev/null) \
	$(LIBIBERTY)

# ---- the rooms, lowest first
BASE := err mem buf text stamp ambiguous json key demangle
KERNEL := release maps pagemap kpageflags zoneinfo iomem devicetree
KERNEL += procstat smaps swaps meminfo cgroup thread
KERNEL += paging
SOURCE := source guard named tap chain processes
SOURCE += live live_scan live_cache live_list live_compare live_file live_facts
SOURCE += live_contents
SOURCE += elf_library elf_file elf_symbols elf_names symbol_files live_symbols
SOURCE += live_clear
SOURCE += live_vdso
SOURCE += rooted memo block lines pack kept record
SOURCE += outflow recording_file recording
SOURCE += intake told replay replay_load
MODEL := state board topology fallback machine machine_chart hugepages
MODEL += region device usage process classify slice slice_gather
MODEL += slice_plain slice_sums
MODEL += cached fitness heat pages
MODEL += changes trend baseline
MODEL += space space_blocks space_recut space_changes space_pass
MODEL += space_fitness space_cached space_sparse space_lend
MODEL += link snapshot snapshot_problems runs detail page_walk audit
MODEL += contents
MODEL += frame_use mine frames frame_sums swap_rows swap_users sum
MODEL += budget budget_ram budget_swap budget_events budget_process
MODEL += crowd owners address_spaces group frame_map shares sharers
MODEL += file_users comparison comparer comparer_rows comparer_pages
MODEL += elf_layout symbols cow_files question filter query query_crash
MODEL += rt rt_fill stacks functions
MODEL += watch
MODEL += matcher matches finder finder_symbols
MODEL += fields fields_process fields_region fields_page fields_zone
MODEL += fields_audit fields_frame fields_swap fields_sum fields_fitness
MODEL += fields_memory fields_owner fields_cow fields_group
MODEL += fields_rt fields_stack fields_function
MODEL += fields_cow_file fields_sharing fields_file fields_compare
MODEL += fields_change refresh_changes refresh_go difference fields_difference
MODEL += rule rule_check fields_event
MODEL += roster refresh refresh_ask refresh_find refresh_publish sampler
VIEW := grid role color theme picture layout bin paint keymap foot why explain
VIEW += explain_names functions functions_paint
VIEW += paint_heat watch explain_stack
VIEW += pane frame_row compare compare_paint
VIEW += mode atlas atlas_act atlas_select atlas_paint atlas_head atlas_inspect atlas_owners
VIEW += inspect_walk inspect_bytes
VIEW += columns columns_value chooser scroll
VIEW += regions regions_order regions_paint
VIEW += list list_order list_paint prompt
VIEW += history
VIEW += commands complete
VIEW += share share_paint
VIEW += events events_paint events_head since
VIEW += memory memory_pen memory_ram memory_zones memory_frames
VIEW += help marks settings settings_view config
TERM := term keys mouse kind
APP := message options option_values table openmetrics openmetrics_text output
APP += report_types
APP += demo demo_play demo_setup themes command
APP += session selection report_sum report_cow report_group report_compare
APP += report_changes ui_events
APP += report_fitness report_share report_rt report batch config priority
APP += ui ui_settings ui_screens ui_list ui_atlas ui_regions
APP += ui_sharing ui_compare ui_memory ui_prompt ui_trail ui_marks
APP += rules report_event ui_mouse moment seek ui_replay ui_record report_since
APP += report_functions picture_file ui_picture
APP += ui_find ui_command report_filter
APP += ui_functions
APP += ui_watch
APP += script screen

ROOMS := $(addprefix base/,$(BASE)) $(addprefix kernel/,$(KERNEL)) \
	$(addprefix source/,$(SOURCE)) $(addprefix model/,$(MODEL)) \
	$(addprefix view/,$(VIEW)) $(addprefix term/,$(TERM)) \
	$(addprefix app/,$(APP))
OBJS := $(ROOMS:%=$O/src/%.o)
LIB := $O/libvmatlas.a
PROG := $O/vmatlas
FIELDS := $O/man/fields
TABLES := $O/man/tables
COMPLETIONS := $(addprefix $O/completions/vmatlas.,bash zsh fish)

.PHONY: all
all: $(PROG)

include tests/rules.mk

$(PROG): $O/src/app/main.o $(LIB)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(LIB): $(OBJS)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$O/src/%.o: src/%.c $O/config | $O/have-libraries
	$(say) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Everything is rebuilt when the flags change.
FLAGS_LINE = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS)
$O/config: force
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' '$(subst ','\'',$(FLAGS_LINE))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(FLAGS_LINE))' >$@
.PHONY: force
force:

$O/have-libraries:
ifneq ($(MISSING),)
	@echo "vmatlas: missing: $(MISSING)" >&2
	@echo "vmatlas: on Debian: apt-get install $(foreach l,$(MISSING),$(PACKAGE_$(l))) pkg-config" >&2
	@exit 1
endif
	$(Q)mkdir -p $(@D) && touch $@

# The default theme is compiled in and read by the parser of all themes.
$O/gen/default_theme.inc: themes/default.theme
	$(Q)mkdir -p $(@D)
	$(Q)sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/"&\\n"/' $< >$@
$O/src/view/theme.o: $O/gen/default_theme.inc

# Pages of the manual have what tables say: fields of reports, settings, actions.
# They are kept in the tree, as who builds for another machine cannot run these;
# check-man compares.
$(FIELDS) $(TABLES): $O/man/%: man/%.c $(LIB)
	$(say) LINK $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

.PHONY: manual
manual: $(FIELDS) $(TABLES)
	$(Q)$(FIELDS) <man/vmatlas-report.5.in >$O/man/page
	$(Q)cp $O/man/page man/vmatlas-report.5
	$(Q)$(TABLES) <man/vmatlas.1 >$O/man/page
	$(Q)cp $O/man/page man/vmatlas.1

# README's pictures; atlas.svg is the demo's, made by hand at a good moment.
.PHONY: pictures
pictures: $(PROG)
	$(Q)VMATLAS=$(PROG) sh man/pictures man

# What shells complete, from the tables in the source.
OPTION_TABLES := include/vmatlas/app/options.h src/source/live.c
$(COMPLETIONS): $O/completions/vmatlas.%: src/app/completions.awk $(OPTION_TABLES)
	$(say) AWK $@
	$(Q)mkdir -p $(@D)
	$(Q)awk -v shell=$* -f src/app/completions.awk $(OPTION_TABLES) >$@.new
	$(Q)mv $@.new $@

.PHONY: run check install clean
# The second make sees what the first one installed.
run:
	$(Q)sh .ci/packages build
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(PROG) --demo

check:
	$(Q)sh .ci/packages check
	$(Q)$(MAKE) --no-print-directory check-all

install: $(PROG) $(COMPLETIONS)
	install -D -m755 $(PROG) $(DESTDIR)$(PREFIX)/bin/vmatlas
	install -D -m644 man/vmatlas.1 $(DESTDIR)$(PREFIX)/share/man/man1/vmatlas.1
	install -D -m644 man/vmatlas-report.5 \
		$(DESTDIR)$(PREFIX)/share/man/man5/vmatlas-report.5
	install -D -m644 man/vmatlas-recording.5 \
		$(DESTDIR)$(PREFIX)/share/man/man5/vmatlas-recording.5
	install -d $(DESTDIR)$(PREFIX)/share/vmatlas/themes
	install -m644 themes/*.theme $(DESTDIR)$(PREFIX)/share/vmatlas/themes
	install -D -m644 $O/completions/vmatlas.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/vmatlas
	install -D -m644 $O/completions/vmatlas.zsh \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_vmatlas
	install -D -m644 $O/completions/vmatlas.fish \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/vmatlas.fish

clean:
	rm -rf build tests/out

-include $(OBJS:.o=.d) $O/src/app/main.d
