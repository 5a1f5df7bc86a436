# SPDX-License-Identifier: MIT
# libcrawl. `make help` lists the targets; CONTRIBUTING.md says when to use which.

VERSION   := 0.1.0
SOVERSION := 0
BUILD     ?= build

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR     ?= $(PREFIX)/share/man

# The rooms of lib/ from the bottom up; `make layers calls` holds includes and calls against this.
LAYER0 := base loop
LAYER1 := url robots sitemap warc
LAYER2 := model
LAYER3 := filter frontier schedule fetch parse store
LAYER4 := engine
LAYER5 := api
ALL_ROOMS := $(LAYER0) $(LAYER1) $(LAYER2) $(LAYER3) $(LAYER4) $(LAYER5)
ROOMS     ?= $(ALL_ROOMS)

# ---- what it is built with ----

CURL_MIN := 7.87.0

# Libraries that `make WITHOUT="gumbo pcre2"` leaves out. Of each: its module of pkg-config, Debian's
# package, and the file of lib/ that includes it. What that file does without the library is in
# FILE_none.c beside it, which is compiled instead; so it is with the tests of both. libpsl isn't among
# them: the caps of a domain, and whose a cookie is, rest on its list.
WITHOUT         ?=
PARTS           := brotli cares expat gumbo libdeflate pcre2 zstd
PART_brotli     := libbrotlidec libbrotli-dev base/inflate_brotli
PART_cares      := libcares libc-ares-dev fetch/resolve_cares
PART_expat      := expat libexpat1-dev base/xml_expat
PART_gumbo      := gumbo libgumbo-dev parse/html_gumbo
PART_libdeflate := libdeflate libdeflate-dev base/inflate_whole
PART_pcre2      := libpcre2-8 libpcre2-dev filter/match_pcre2
PART_zstd       := libzstd libzstd-dev base/inflate_zstd
PARTS_IN        := $(filter-out $(WITHOUT),$(PARTS))
$(if $(filter-out $(PARTS),$(WITHOUT)),$(error WITHOUT takes some of: $(PARTS)))
of_parts         = $(foreach p,$(1),$(word $(2),$(PART_$(p))))
left_out         = $(call of_parts,$(WITHOUT),$(1))
# Of the files in either form, those whose other form is compiled.
NOT_BUILT       := $(call left_out,3) $(patsubst %,%_none,$(call of_parts,$(PARTS_IN),3))

PKGS     := $(filter-out $(call left_out,1),\
              libcurl libevent_core gumbo libcares libxxhash zlib libdeflate libbrotlidec libzstd libpsl \
              libutf8proc expat libpcre2-8)

# Debian's names; a|b: either will do. DEPS: to build and to run `make check`; DEPS_DEV: lint, asan,
# tsan, valgrind and fuzz besides; DEPS_REAL: the sites, servers and tools of test-real, bench and
# test-conformance; DEPS_BENCH: those of bench-all; DEPS_EMBED: the languages and libraries of
# check-embed; DEPS_DEB: those of deb; DEPS_DOCS: those of docs.
DEPS      := gcc g++ libc6-dev binutils make pkg-config|pkgconf perl ca-certificates \
             libcurl4-openssl-dev|libcurl4-gnutls-dev|libcurl4-nss-dev libevent-dev libxxhash-dev \
             zlib1g-dev libpsl-dev libutf8proc-dev $(call of_parts,$(PARTS_IN),2) libcmocka-dev libssl-dev openssl
DEPS_DEV  := clang libclang-rt-dev clang-format clang-tidy cppcheck valgrind luajit abigail-tools mandoc cmake \
             libsqlite3-dev
DEPS_DEB  := debhelper dpkg-dev lintian
DEPS_REAL := nginx-light|nginx wget2 python3 python3-doc openjdk-17-jre-headless openjdk-17-doc \
             time valgrind
DEPS_BENCH := postgresql-doc libnginx-mod-http-echo unbound wrk python3-scrapy npm|nodejs
DEPS_DOCS  := cmark-gfm mandoc
DEPS_EMBED := python3 luajit ruby npm|nodejs golang-go cargo rustc libuv1-dev libglib2.0-dev \
              libsqlite3-dev libxml2-utils

LD      ?= ld
OBJCOPY ?= objcopy
NM      ?= nm
JOBS    ?= $(shell getconf _NPROCESSORS_ONLN)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Wundef
CFLAGS   ?= -O2 -g
WERROR   ?= # 1: a warning is an error, as in .ci/run

# Asked once, when first needed: `make deps all` starts without pkg-config.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

LIB_CPPFLAGS     = -D_GNU_SOURCE -DCR_PARTS='"$(PARTS_IN)"' -Iinclude -Ilib $(PKG_CFLAGS) $(CPPFLAGS)
EXAMPLE_CPPFLAGS = -D_GNU_SOURCE -Iinclude $(PKG_CFLAGS) $(CPPFLAGS)
CR_CFLAGS        = -std=c11 $(WARNINGS) $(if $(strip $(WERROR)),-Werror) -fPIC -fvisibility=hidden \
                   -ffunction-sections -fdata-sections -pthread $(CFLAGS) $(EXTRA_CFLAGS)
LIBS             = $(PKG_LIBS) -pthread -lm
LINK             = $(CC) -pthread $(CFLAGS) $(EXTRA_CFLAGS) $(LDFLAGS) -Wl,--as-needed
# A program that needs a further library says so near its top: /* LDLIBS: -lssl */
ldlibs_of        = $(shell sed -n '1,12s,.*LDLIBS: *\([^*]*\).*,\1,p' $(1))

# `make V=1` shows the commands, `make -s` nothing.
Q   := $(if $(filter 1,$(V)),,@)
say := $(if $(filter 1,$(V))$(findstring s,$(firstword -$(MAKEFLAGS))),@:,@printf '  %-6s %s\n')
MAKEFLAGS += --no-print-directory
quote = '$(subst ','\'',$(1))'

# ---- files ----

ALL_SRC  := $(foreach r,$(ROOMS),$(wildcard lib/$(r)/*.c))
SRC      := $(filter-out $(NOT_BUILT:%=lib/%.c),$(ALL_SRC))
OBJ      := $(SRC:lib/%.c=$(BUILD)/obj/%.o)
HEADERS  := $(wildcard include/crawl/*.h)
SOFILE   := libcrawl.so.$(SOVERSION)$(VERSION:$(firstword $(subst ., ,$(VERSION)))%=%)
COMMAND  := $(patsubst %.c,$(BUILD)/%.o,examples/crawler.c $(wildcard examples/command/*.c))
EXAMPLES := $(patsubst examples/%.c,$(BUILD)/examples/%,\
              $(filter-out examples/crawler.c,$(wildcard examples/*.c)))

# With a choice of ROOMS, their tests only.
TEST_DIRS    := $(if $(filter-out $(ROOMS),$(ALL_ROOMS)),$(ROOMS),$(notdir $(wildcard test/*)))
TEST_ALL     := $(foreach d,$(filter-out real bench fuzz,$(TEST_DIRS)),$(wildcard test/$(d)/test_*.c))
# /* NEEDS: gumbo */ near its top: no test of a library without.
TEST_NEEDY   := $(foreach p,$(WITHOUT),$(shell grep -lE '^/\* NEEDS:.* $(p) ' $(TEST_ALL)))
TEST_SRC     := $(filter-out $(foreach f,$(NOT_BUILT),test/$(dir $(f))test_$(notdir $(f)).c) \
                  $(TEST_NEEDY),$(TEST_ALL))
TESTS        := $(TEST_SRC:test/%.c=$(BUILD)/test/%)
TESTS_FAST   := $(filter-out $(BUILD)/test/fetch/%,$(TESTS))
SUPPORT_SRC  := $(filter-out test/sim/test_% test/polite/test_% test/conformance/test_%,\
                  $(wildcard test/support/*.c test/sim/*.c test/polite/*.c test/conformance/*.c))
# It stands before functions of the C library: only for programs that want it.
FAULTS       := $(BUILD)/test/support/faults.o
FAULTY_TESTS := $(patsubst test/%.c,$(BUILD)/test/%,$(shell grep -l 'support/faults.h' $(TEST_SRC)))
SUPPORT_OBJ  := $(filter-out $(FAULTS),$(SUPPORT_SRC:test/%.c=$(BUILD)/test/%.o))
CONFORMANCE_TESTS := $(patsubst test/%.c,$(BUILD)/test/%,$(wildcard test/conformance/test_*.c))
BENCHES      := $(patsubst test/bench/%.c,%,$(wildcard test/bench/*.c))
FUZZERS      := $(patsubst test/fuzz/%.c,%,$(wildcard test/fuzz/fuzz_*.c))
REPLAYS      := $(if $(filter-out $(ROOMS),$(ALL_ROOMS)),,$(FUZZERS:fuzz_%=%))

all: $(BUILD)/libcrawl.a $(BUILD)/libcrawl.so $(BUILD)/crawler $(EXAMPLES) ## library, command, examples

# Off the paths that a page or a link takes: built for size, where others are built for speed.
COLD := $(patsubst lib/%.c,%,$(wildcard lib/sitemap/*.c)) \
        api/error api/explain_api api/lifetime api/message api/option_lines api/option_text \
        api/options api/setters base/xml_expat base/xml_names engine/explain engine/robots_gate \
        engine/shard engine/sitemap_read fetch/cookie_jar fetch/curl_choice fetch/curl_error \
        fetch/curl_options fetch/curl_tls fetch/resolve fetch/resolve_cache fetch/resolve_cares \
        fetch/resolve_overrides filter/host_lines filter/lists frontier/frontier_check \
        frontier/frontier_memory parse/charset_encode_cjk parse/charset_iconv \
        parse/charset_japanese parse/html_gumbo url/idna url/punycode

# ---- compiling ----

# Two stamps. flags: how things are compiled, so that another CC or CFLAGS compiles all again.
# objects: what the archives hold, so that a source file that goes leaves them.
HOW = $(CC) $(LIB_CPPFLAGS) $(CR_CFLAGS) small: $(COLD)

$(BUILD)/flags: FORCE | $(filter deps deps-dev,$(MAKECMDGOALS))
	@mkdir -p $(@D)
	@pkg-config --print-errors --exists 'libcurl >= $(CURL_MIN)' $(PKGS) || \
	  { echo 'libcrawl: something it builds with is missing: try "make deps"' >&2; exit 1; }
	@printf '%s\n' $(call quote,$(HOW)) | cmp -s - $@ || printf '%s\n' $(call quote,$(HOW)) >$@

$(BUILD)/objects: FORCE
	@mkdir -p $(@D)
	@echo '$(OBJ) $(SUPPORT_OBJ)' | cmp -s - $@ || echo '$(OBJ) $(SUPPORT_OBJ)' >$@

$(BUILD)/obj/%.o: lib/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(LIB_CPPFLAGS) -MMD -MP $(CR_CFLAGS) $(SMALL) -c $< -o $@

$(COLD:%=$(BUILD)/obj/%.o): SMALL = $(if $(filter -O2 -O3,$(CFLAGS)),-Os)

$(BUILD)/test/%.o: test/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) -Itest $(LIB_CPPFLAGS) -MMD -MP $(CR_CFLAGS) -c $< -o $@

# Examples see the public headers only, as every other program does.
$(BUILD)/examples/%.o: examples/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(EXAMPLE_CPPFLAGS) -MMD -MP $(CR_CFLAGS) -c $< -o $@

# ---- the library ----

# One object whose only global names are the API's: what is inside can't collide with a program's.
$(BUILD)/libcrawl.a: $(OBJ) $(BUILD)/objects
	$(say) AR $@
	$(Q)$(LD) -r $(OBJ) -o $(BUILD)/libcrawl.o
	$(Q)$(OBJCOPY) -w --keep-global-symbol='crawler_*' $(BUILD)/libcrawl.o
	$(Q)rm -f $@ && $(AR) rcs $@ $(BUILD)/libcrawl.o

$(BUILD)/$(SOFILE): $(OBJ) $(BUILD)/objects lib/libcrawl.map
	$(say) LINK $@
	$(Q)$(LINK) -shared -Wl,-soname,libcrawl.so.$(SOVERSION) -Wl,--version-script=lib/libcrawl.map \
	  -Wl,-z,defs -Wl,--gc-sections $(OBJ) $(LIBS) -o $@

$(BUILD)/libcrawl.so: $(BUILD)/$(SOFILE)
	$(Q)ln -sf $(SOFILE) $(BUILD)/libcrawl.so.$(SOVERSION)
	$(Q)ln -sf libcrawl.so.$(SOVERSION) $@

$(BUILD)/crawler: $(COMMAND) $(BUILD)/libcrawl.a
	$(say) LINK $@
	$(Q)$(LINK) $^ $(call ldlibs_of,examples/crawler.c) $(LIBS) -o $@

$(BUILD)/examples/%: $(BUILD)/examples/%.o $(BUILD)/libcrawl.a
	$(say) LINK $@
	$(Q)$(LINK) $^ $(call ldlibs_of,examples/$*.c) $(LIBS) -o $@

# ---- manual pages ----

man: $(BUILD)/man/made ## the manual pages, in build/man

$(BUILD)/man/made: test/check/gen_man.pl test/check/Header.pm $(HEADERS) lib/api/options.def lib/api/setters.c \
                   docs/reference/command.md docs/reference/options.md $(wildcard examples/*.c) Makefile
	@mkdir -p $(@D)
	$(say) MAN $(@D)
	$(Q)perl test/check/gen_man.pl . $(VERSION) $(@D) >$@

docs: $(BUILD)/man/made ## all documentation as HTML, in build/site (make deps-docs)
	$(say) SITE $(BUILD)/site
	$(Q)rm -rf $(BUILD)/site
	$(Q)perl test/check/gen_site.pl . $(VERSION) $(BUILD)/man $(BUILD)/site
	@perl test/check/gen_site.pl --check $(BUILD)/site

# ---- tests ----

# Every object with its internal names: what the tests link.
$(BUILD)/libcrawl_internal.a: $(OBJ) $(BUILD)/objects
	$(Q)rm -f $@ && $(AR) rcs $@ $(OBJ)

$(BUILD)/libtest.a: $(SUPPORT_OBJ) $(BUILD)/objects
	$(Q)rm -f $@ && $(AR) rcs $@ $(SUPPORT_OBJ)

TEST_LIBS = $(BUILD)/libtest.a $(BUILD)/libcrawl_internal.a -lcmocka -levent_extra $(LIBS)

$(filter $(BUILD)/test/api/test_command%,$(TESTS)): | $(BUILD)/crawler # which they run

$(FAULTY_TESTS): $(FAULTS)

$(BUILD)/test/%: $(BUILD)/test/%.o $(BUILD)/libtest.a $(BUILD)/libcrawl_internal.a
	$(say) LINK $@
	$(Q)$(LINK) $< $(filter $(FAULTS),$^) $(TEST_LIBS) $(call ldlibs_of,test/$*.c) -o $@

$(FUZZERS:%=$(BUILD)/fuzz/%): $(BUILD)/fuzz/%: $(BUILD)/test/fuzz/%.o $(BUILD)/libtest.a \
                              $(BUILD)/libcrawl_internal.a
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(LINK) -fsanitize=fuzzer $< $(TEST_LIBS) $(call ldlibs_of,test/fuzz/$*.c) -o $@

$(BENCHES:%=$(BUILD)/bench/%): $(BUILD)/bench/%: $(BUILD)/test/bench/%.o $(BUILD)/libtest.a \
                               $(BUILD)/libcrawl_internal.a
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(LINK) $(filter %.o,$^) $(TEST_LIBS) $(call ldlibs_of,test/bench/$*.c) -o $@

$(BUILD)/real/agree: $(BUILD)/test/real/agree.o $(BUILD)/libtest.a $(BUILD)/libcrawl_internal.a
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(LINK) $< $(TEST_LIBS) -o $@

# Its -o.
$(BUILD)/bench/bench_crawl: $(BUILD)/examples/command/output.o $(BUILD)/examples/command/progress.o

# The fuzz targets without clang: the corpus of each, and what once crashed it, read again.
$(FUZZERS:%=$(BUILD)/replay/%): $(BUILD)/replay/%: $(BUILD)/test/fuzz/%.o $(BUILD)/test/fuzz/replay.o \
                                $(BUILD)/libtest.a $(BUILD)/libcrawl_internal.a
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(LINK) $< $(BUILD)/test/fuzz/replay.o $(TEST_LIBS) $(call ldlibs_of,test/fuzz/$*.c) -o $@

RUN_REPLAYS = $(foreach f,$(REPLAYS),\
                'corpus/$(f)=$(BUILD)/replay/fuzz_$(f) $(wildcard test/fuzz/corpus/$(f))')
RUN_TESTS = BUILD=$(BUILD) perl test/check/run.pl -j $(JOBS)

one: $(if $(T),$(BUILD)/test/$(T),no-test-named) ## one test program: make one T=url/test_url_parse
	$(BUILD)/test/$(T)

no-test-named:
	@echo 'which one? make one T=url/test_url_parse' >&2; exit 2

test: $(TESTS_FAST) ## all tests but those that need real time
	@$(RUN_TESTS) $^

test-all: $(TESTS) $(REPLAYS:%=$(BUILD)/replay/fuzz_%) ## all tests, and the fuzzers' corpora
	@$(RUN_TESTS) $(RUN_REPLAYS) $(TESTS)

# By name, of test/support/crawl_rig.h. Which programs look at CR_DRIVE the linker knows: it takes
# the rig's object out of libtest.a for no other.
WAYS ?= run step(0) step next base poll thread

check-drive: $(TESTS) $(BUILD)/crawler ## the tests of whole crawls, driven in each of WAYS
	@$(RUN_TESTS) -t 600 -e 'CR_DRIVE=$(WAYS)' $$(grep -l cr_way_by_environment $(TESTS))

# ---- checks: each is a script that can be run alone, and each is shown failing by selftest ----

CHECKS := layers calls style headers symbols size docs api man install dist examples cookbook selftest
CHECK_layers   := perl test/check/layers.pl . $(foreach n,0 1 2 3 4 5,"$(LAYER$(n))")
CHECK_calls     = perl test/check/calls.pl $(foreach n,0 1 2 3 4 5,"$(LAYER$(n))") -- $(OBJ)
CHECK_style    := perl test/check/style.pl .
CHECK_headers   = sh test/check/headers.sh . '$(CC)' '$(CXX)' $(PKG_CFLAGS)
CHECK_symbols   = perl test/check/symbols.pl $(BUILD)/libcrawl.so $(BUILD)/libcrawl.a $(HEADERS)
CHECK_size      = sh test/check/size.sh $(BUILD)/libcrawl.so '$(CFLAGS) $(EXTRA_CFLAGS)'
CHECK_docs     := perl test/check/docs.pl . $(VERSION) && perl test/check/gen_docs.pl --check . && \
                  perl test/check/gen_api.pl --check .
CHECK_api       = sh test/check/api.sh . $(BUILD) '$(CC)'
CHECK_man       = perl test/check/gen_man.pl --check . $(BUILD)/man
CHECK_install   = sh test/check/install.sh '$(MAKE)' $(BUILD) '$(CC)'
CHECK_dist      = sh test/check/dist.sh '$(MAKE)' $(BUILD)
CHECK_examples  = sh test/check/examples.sh $(BUILD)
CHECK_cookbook  = sh test/check/cookbook.sh $(BUILD) '$(CC)'
CHECK_selftest  = sh test/check/selftest.sh '$(CC)'

layers: ## includes point downwards; one place for each outside library
	@$(CHECK_layers)
calls: $(OBJ) ## ... and so do calls, in the objects
	@$(CHECK_calls)
style-check: ## banned functions, sizes, names, a test beside each file
	@$(CHECK_style)
header-check: ## the public header compiles alone, as C and C++; every header does
	@$(CHECK_headers)
symbols: $(BUILD)/libcrawl.a $(BUILD)/libcrawl.so ## exported as declared, nothing forbidden called
	@$(CHECK_symbols)
size-check: $(BUILD)/libcrawl.so ## the shared library, stripped, has at most 700,000 bytes
	@$(CHECK_size)
docs-check: ## functions, options and links of docs/; docs/api.json is as the headers are
	@$(CHECK_docs)
api-check: $(BUILD)/libcrawl.so ## docs/api.json says what the header and the library say
	@$(CHECK_api)
man-check: man ## no public name without a page; the pages' markup is sound
	@$(CHECK_man)
abi-check: $(BUILD)/libcrawl.so ## functions, types and constants as others were linked against (make deps-dev)
	@sh test/check/abi.sh . $(BUILD)/$(SOFILE)
abi-renew: $(BUILD)/libcrawl.so ## ... keep them as they are now
	@perl test/check/gen_api.pl . && sh test/check/abi.sh --renew . $(BUILD)/$(SOFILE)
install-check: all ## an installed copy is found by pkg-config and linked
	@$(CHECK_install)
examples-check: all ## the examples run on the bundled site
	@$(CHECK_examples)
cookbook-check: all ## the programs of examples/cookbook do what they say
	@$(CHECK_cookbook)
EACH ?= none $(PARTS) all

check-parts: ## the library without each part and without all (WITHOUT), built and tested: EACH="gumbo all" for some
	@sh test/check/parts.sh '$(MAKE)' $(BUILD) '$(PARTS)' '$(EACH)'
selftest: ## each check fails on a planted fault
	@$(CHECK_selftest)

RUN_CHECKS = $(foreach c,$(CHECKS),$(call quote,check/$(c)=$(CHECK_$(c))))

check: all man $(TESTS) $(REPLAYS:%=$(BUILD)/replay/fuzz_%) $(BENCHES:%=$(BUILD)/bench/%) ## all of these: must pass before a change is sent
	@$(RUN_TESTS) $(RUN_CHECKS) $(RUN_REPLAYS) $(TESTS)

test-conformance: $(CONFORMANCE_TESTS) $(BUILD)/crawler ## further cases of other suites: CONFORMANCE=dir has crawl/, html/, robots/
	$(foreach t,$(CONFORMANCE_TESTS),CONFORMANCE='$(CONFORMANCE)' $(t) &&) :
	perl test/conformance/trap_sites.pl '$(BUILD)' '$(CONFORMANCE)'

check-embed: all ## bindings, loops and cookbook of examples/, each by its own test: EMBED_ALL=1 skips none
	@sh test/check/embed.sh $(BUILD)

test-real: all $(BUILD)/real/agree ## against real servers and sites (test/real/*.sh; make deps-real)
	@$(RUN_TESTS) -j 1 -t 1800 $(foreach s,$(wildcard test/real/*.sh),$(call quote,real/$(notdir $(s))=sh $(s)))

# ---- lint ----

# Not what a script has made, nor what is kept as it was measured elsewhere.
C_FILES    = $(filter-out test/bench/limit.c,\
               $(shell find lib include examples test -name '*.[ch]' -exec grep -L 'Made by gen_' {} +))
TIDY_SRC  := $(ALL_SRC) $(wildcard examples/*.c examples/command/*.c examples/cookbook/*.c)

lint: format-check tidy cppcheck ## clang-format, clang-tidy, cppcheck

format-check:
	$(say) FORMAT 'every file against .clang-format'
	$(Q)clang-format --dry-run -Werror $(C_FILES)

format: ## lay every file out by .clang-format
	$(Q)clang-format -i $(C_FILES)

# A stamp depends on the object, and so on all headers that the file includes.
$(BUILD)/tidy/lib/%: $(BUILD)/obj/%.o .clang-tidy
	$(say) TIDY lib/$*.c
	$(Q)sh test/check/tidy.sh $@ lib/$*.c -std=c11 $(WARNINGS) $(LIB_CPPFLAGS)

$(BUILD)/tidy/examples/%: $(BUILD)/examples/%.o .clang-tidy
	$(say) TIDY examples/$*.c
	$(Q)sh test/check/tidy.sh $@ examples/$*.c -std=c11 $(WARNINGS) $(EXAMPLE_CPPFLAGS)

tidy: $(TIDY_SRC:%.c=$(BUILD)/tidy/%)

# uninitvar and arrayIndexOutOfBoundsCond: it assumes of each condition alone that it may fail, where
# clang's analyzer follows them together. preprocessorErrorDirective: it doesn't read libcurl's header.
cppcheck:
	$(say) CHECK 'cppcheck lib examples'
	$(Q)cppcheck -q -j $(JOBS) --std=c11 --language=c --enable=warning,performance,portability \
	  --error-exitcode=1 --inline-suppr --suppress=missingInclude --suppress=preprocessorErrorDirective \
	  --suppress=uninitvar --suppress=arrayIndexOutOfBoundsCond -D__GNUC__ -Iinclude -Ilib \
	  -i examples/bindings lib examples

# ---- the same tests under watch ----

# Without WERROR: instrumented code gives gcc ideas. The ordinary build has had the warnings.
SANITIZE := -fno-omit-frame-pointer -fno-sanitize-recover=all

asan: ## all tests with AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) BUILD=$(BUILD)/asan WERROR= CFLAGS='-O1 -g' \
	  EXTRA_CFLAGS='$(SANITIZE) -fsanitize=address,undefined' test-all

tsan: ## all tests with ThreadSanitizer
	@TSAN_OPTIONS=suppressions=$(CURDIR)/test/check/tsan.supp $(MAKE) BUILD=$(BUILD)/tsan WERROR= CFLAGS='-O1 -g' \
	  EXTRA_CFLAGS='$(SANITIZE) -fsanitize=thread' \
	  TEST_WRAP="$$(setarch -R true 2>/dev/null && echo setarch -R)" test-all

valgrind: ## all tests with valgrind
	@$(MAKE) TEST_WRAP='valgrind -q --error-exitcode=99 --leak-check=full --suppressions=test/check/valgrind.supp' test-all
export TEST_WRAP

FUZZ_SECONDS ?= 10

fuzz: ## every test/fuzz/fuzz_*.c for FUZZ_SECONDS=10 seconds
	@$(MAKE) BUILD=$(BUILD)/clang WERROR= CC=clang CFLAGS='-O1 -g' \
	  EXTRA_CFLAGS='$(SANITIZE) -fsanitize=fuzzer-no-link,address,undefined' run-fuzzers

run-fuzzers: $(FUZZERS:%=$(BUILD)/fuzz/%)
	@$(RUN_TESTS) -t $$(($(FUZZ_SECONDS) * 2 + 60)) \
	  $(foreach f,$(FUZZERS),'fuzz/$(f)=sh test/check/fuzz.sh $(BUILD)/fuzz/$(f) $(FUZZ_SECONDS)')

# Tests of things that fail: here each of them, in `make check` a sample.
FAULT_TESTS := $(BUILD)/test/crawl/test_real_out_of_memory $(BUILD)/test/crawl/test_system_refuses \
               $(BUILD)/test/crawl/test_library_fails

SOAK_SECONDS ?= 600
SOAK_CRAWLS  ?= 10000

soak: tsan valgrind $(BUILD)/bench/bench_polite $(FAULT_TESTS) check-drive run-soak ## the long rest: tsan, valgrind, each way to drive, every fault, threads, 10,000 polite hosts and crawls, parts left out, a long fuzz
	@CR_FAULTS=all $(RUN_TESTS) -t 3600 $(FAULT_TESTS)
	@$(BUILD)/bench/bench_polite
	@$(MAKE) check-parts
	@$(MAKE) FUZZ_SECONDS=300 fuzz

run-soak: $(BUILD)/test/crawl/test_repeated_crawls ## of it: SOAK_CRAWLS=10000 crawls leave nothing, SOAK_SECONDS=600 of four crawlers hammered, under TSan
	$(BUILD)/test/crawl/test_repeated_crawls $(SOAK_CRAWLS)
	@TSAN_OPTIONS=suppressions=$(CURDIR)/test/check/tsan.supp $(MAKE) BUILD=$(BUILD)/tsan WERROR= CFLAGS='-O1 -g' \
	  EXTRA_CFLAGS='$(SANITIZE) -fsanitize=thread' \
	  TEST_WRAP="$$(setarch -R true 2>/dev/null && echo setarch -R)" SOAK_SECONDS=$(SOAK_SECONDS) run-hammer

run-hammer: $(BUILD)/test/soak/test_hammer
	$(TEST_WRAP) $(BUILD)/test/soak/test_hammer $(SOAK_SECONDS)

test-memory: $(BUILD)/test/crawl/test_max_memory ## a site of a million pages of 200 KB under max_memory 64M (10 to 20 minutes)
	$(BUILD)/test/crawl/test_max_memory 1000000 64M

SIM_PAGES ?= 105000000
SIM_HOSTS ?= 1000000

sim-large: $(BUILD)/test/crawl/test_large_crawl ## 100 million URLs over a million hosts, simulated: SIM_PAGES, SIM_HOSTS
	$(BUILD)/test/crawl/test_large_crawl $(SIM_PAGES) $(SIM_HOSTS)

BIG_GB ?= 10

test-big: $(BUILD)/test/crawl/test_big_bodies ## bodies of BIG_GB=10 GB through on_body, in 32 MB
	$(BUILD)/test/crawl/test_big_bodies $(BIG_GB)

bench: all $(BENCHES:%=$(BUILD)/bench/%) ## speed, side by side with others (test/bench/run.sh)
	@BUILD=$(BUILD) sh test/bench/run.sh

bench-all: all $(BENCHES:%=$(BUILD)/bench/%) $(BUILD)/bench/peers/installed ## many scenarios, with peers (test/bench/suite.sh): BENCH='tls gzip' for some, BENCH=list
	@BUILD=$(BUILD) sh test/bench/suite.sh $(BENCH)

bench-memory: $(BUILD)/bench/bench_hosts $(BUILD)/bench/limit_cells $(BUILD)/bench/measure ## what a transfer in flight takes (test/bench/memory.sh): TRANSFERS='1000 10000'
	@BUILD=$(BUILD) sh test/bench/memory.sh

bench-flat: $(BUILD)/bench/bench_flat ## instructions a page, by how many hosts and URLs are known (test/bench/flat.sh)
	@sh test/bench/flat.sh $(BUILD)

bench-border: all ## what links cost on their way into other languages (test/bench/border.sh), after check-embed
	@sh test/bench/border.sh $(BUILD)

bench-docs: ## write what bench-all has measured to docs/benchmarks.md and its plot
	@perl test/bench/report.pl $(BUILD)/bench/results docs/benchmarks.md
	@cp $(BUILD)/bench/results/benchmarks.svg docs/

# Peers from npm: what can't be had is reported as missing by the suite.
$(BUILD)/bench/peers/installed: $(wildcard test/bench/peers/*.mjs test/bench/peers/*.json)
	@mkdir -p $(@D)
	@cp $^ $(@D)
	$(say) NPM $(@D)
	$(Q)npm install --prefix $(@D) --no-audit --no-fund >$(@D)/npm.log 2>&1 && touch $@ || \
	  echo "npm install failed: see $(@D)/npm.log" >&2

# ---- use ----

deps: ## install what building and `make check` need (Debian, Ubuntu)
	@sh test/check/deps.sh $(call quote,libcurl >= $(CURL_MIN) $(PKGS) cmocka openssl) $(foreach d,$(DEPS),'$(d)')

deps-dev: ## ... and what lint, asan, tsan, valgrind and fuzz need
	@sh test/check/deps.sh '' $(foreach d,$(DEPS) $(DEPS_DEV),'$(d)')

deps-deb: ## ... and what deb needs
	@sh test/check/deps.sh '' $(foreach d,$(DEPS) $(DEPS_DEB),'$(d)')

deps-docs: ## ... and what docs needs
	@sh test/check/deps.sh '' $(foreach d,$(DEPS) $(DEPS_DOCS),'$(d)')

deps-real: ## ... and what test-real and bench need
	@sh test/check/deps.sh '' $(foreach d,$(DEPS) $(DEPS_REAL),'$(d)')

deps-bench: ## ... and what bench-all needs; its peers from npm it gets itself
	@sh test/check/deps.sh '' $(foreach d,$(DEPS) $(DEPS_REAL) $(DEPS_BENCH),'$(d)')

deps-embed: ## ... and what check-embed needs; its package from npm it gets itself
	@sh test/check/deps.sh '' $(foreach d,$(DEPS) $(DEPS_EMBED),'$(d)')

demo: $(BUILD)/crawler $(BUILD)/examples/serve ## crawl the bundled site, or URL=... (more options in ARGS=)
	@sh examples/demo.sh $(BUILD) '$(URL)' $(ARGS)

# What the templates of pkgconfig/ leave open. xxHash is compiled in, from its header.
FILL = sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@SOFILE@|$(SOFILE)|' \
       -e 's|@SONAME@|libcrawl.so.$(SOVERSION)|' -e 's|@LIBS_PRIVATE@|-pthread -lm|' \
       -e 's|@REQUIRES_PRIVATE@|libcurl >= $(CURL_MIN) $(filter-out libcurl libxxhash,$(PKGS))|' \
       -e 's|@CMAKE_REQUIRES@|"libcurl>=$(CURL_MIN)" $(filter-out libcurl libxxhash,$(PKGS))|'

install: $(BUILD)/libcrawl.a $(BUILD)/libcrawl.so $(BUILD)/crawler man ## PREFIX=/usr/local, DESTDIR, LIBDIR ...
	$(say) INSTALL '$(DESTDIR)$(PREFIX)'
	$(Q)install -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(LIBDIR)/pkgconfig' '$(DESTDIR)$(INCLUDEDIR)/crawl'
	$(Q)install -m 644 $(HEADERS) '$(DESTDIR)$(INCLUDEDIR)/crawl'
	$(Q)install -m 644 $(BUILD)/libcrawl.a '$(DESTDIR)$(LIBDIR)'
	$(Q)install -m 755 $(BUILD)/$(SOFILE) '$(DESTDIR)$(LIBDIR)'
	$(Q)ln -sf $(SOFILE) '$(DESTDIR)$(LIBDIR)/libcrawl.so.$(SOVERSION)'
	$(Q)ln -sf libcrawl.so.$(SOVERSION) '$(DESTDIR)$(LIBDIR)/libcrawl.so'
	$(Q)install -m 755 $(BUILD)/crawler '$(DESTDIR)$(BINDIR)'
	$(Q)$(FILL) -e 's|@LIBDIR@|$(LIBDIR:$(PREFIX)/%=$${prefix}/%)|' \
	  -e 's|@INCLUDEDIR@|$(INCLUDEDIR:$(PREFIX)/%=$${prefix}/%)|' \
	  pkgconfig/libcrawl.pc.in >'$(DESTDIR)$(LIBDIR)/pkgconfig/libcrawl.pc'
	$(Q)chmod 644 '$(DESTDIR)$(LIBDIR)/pkgconfig/libcrawl.pc'
	$(Q)install -d '$(DESTDIR)$(LIBDIR)/cmake/libcrawl' '$(DESTDIR)$(MANDIR)/man1' '$(DESTDIR)$(MANDIR)/man3'
	$(Q)for part in config config-version; do \
	  $(FILL) -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	    pkgconfig/libcrawl-$$part.cmake.in >'$(DESTDIR)$(LIBDIR)'/cmake/libcrawl/libcrawl-$$part.cmake; done
	$(Q)chmod 644 '$(DESTDIR)$(LIBDIR)'/cmake/libcrawl/*
	$(Q)for n in 1 3; do install -m 644 $(BUILD)/man/man$$n/* '$(DESTDIR)$(MANDIR)'/man$$n; done
	$(Q)test -n '$(DESTDIR)' || ldconfig 2>/dev/null || : # the loader's cache, where we may and there is one

uninstall: man ## take out what install put there
	$(Q)rm -f $(HEADERS:include/crawl/%='$(DESTDIR)$(INCLUDEDIR)/crawl/%')
	$(Q)rm -f '$(DESTDIR)$(LIBDIR)/libcrawl.a' '$(DESTDIR)$(LIBDIR)/$(SOFILE)' \
	  '$(DESTDIR)$(LIBDIR)/libcrawl.so.$(SOVERSION)' '$(DESTDIR)$(LIBDIR)/libcrawl.so' \
	  '$(DESTDIR)$(LIBDIR)/pkgconfig/libcrawl.pc' '$(DESTDIR)$(BINDIR)/crawler'
	$(Q)rm -f '$(DESTDIR)$(LIBDIR)'/cmake/libcrawl/libcrawl-config*.cmake
	$(Q)cd $(BUILD)/man && for page in man?/*; do rm -f '$(DESTDIR)$(MANDIR)'/$$page; done
	$(Q)rmdir '$(DESTDIR)$(INCLUDEDIR)/crawl' '$(DESTDIR)$(LIBDIR)/cmake/libcrawl' 2>/dev/null || :

dist: ## build/libcrawl-VERSION.tar.gz of the last commit
	$(Q)mkdir -p $(BUILD)
	$(Q)git -c tar.umask=0022 -c tar.tar.gz.command='gzip -9n' archive --format=tar.gz \
	  --prefix=libcrawl-$(VERSION)/ -o $(BUILD)/libcrawl-$(VERSION).tar.gz HEAD

dist-check: ## ... is the same, byte for byte, wherever and whenever it is made
	@$(CHECK_dist)

DEB = $(BUILD)/deb/libcrawl-$(VERSION)

deb: dist ## libcrawl0, libcrawl-dev and libcrawl-tools of the last commit, in build/deb
	$(Q)rm -rf $(BUILD)/deb && mkdir -p $(BUILD)/deb
	$(Q)cp $(BUILD)/libcrawl-$(VERSION).tar.gz $(BUILD)/deb/libcrawl_$(VERSION).orig.tar.gz
	$(Q)tar -xzf $(BUILD)/libcrawl-$(VERSION).tar.gz -C $(BUILD)/deb && cp -r $(DEB)/pkgconfig/debian $(DEB)
	$(Q)cd $(DEB) && env -u MAKEFLAGS -u MAKELEVEL -u BUILD dpkg-buildpackage -us -uc
	$(Q)! command -v lintian >/dev/null || lintian -i $(BUILD)/deb/*.changes

clean: ## remove what was built
	$(Q)! test -e $(BUILD)/flags || rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\): .*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | \
	  while IFS="$$(printf '\t')" read -r name what; do printf '  %-15s %s\n' "$$name" "$$what"; done

-include $(OBJ:.o=.d) $(SUPPORT_OBJ:.o=.d) $(TESTS:=.d) $(EXAMPLES:=.d) $(COMMAND:.o=.d) \
         $(FUZZERS:%=$(BUILD)/test/fuzz/%.d) $(BUILD)/test/fuzz/replay.d \
         $(BENCHES:%=$(BUILD)/test/bench/%.d)

FORCE:
.PHONY: FORCE all one no-test-named test test-all test-conformance layers calls style-check header-check symbols docs-check \
        api-check man man-check abi-check abi-renew install-check examples-check cookbook-check check-parts selftest check check-drive check-embed test-real lint \
        format-check format tidy cppcheck asan tsan valgrind fuzz run-fuzzers soak run-soak run-hammer test-memory test-big \
        sim-large bench bench-all bench-memory bench-flat bench-border bench-docs dist-check deb deps-deb deps deps-dev deps-real \
        deps-bench deps-docs deps-embed docs demo install uninstall dist clean help
.SECONDARY:
.DELETE_ON_ERROR:
