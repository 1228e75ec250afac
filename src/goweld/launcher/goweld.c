// The goweld command: decides what a call needs and becomes it.
//
// The go command calls its -toolexec program for every compile as well as for every link, and asks each tool
// for its version first. Python takes 20 ms to start, so this program passes other tools straight through and
// answers a version itself. It never forks: whatever runs keeps this process's id, files and signals.
//
//	goweld toolexec TOOL ARGS   TOOL itself, or Goweld where TOOL is the linker
//	goweld link ARGS            a link; so does this program under the name "link"
//	goweld COMMAND ARGS         any other command, in Python
//
// boot.py is started as: python FLAGS boot.py COMMAND LAUNCHER [PROGRAM TOOL] ARGS. PROGRAM is the name the
// linker's messages carry, TOOL the real linker's path or "".

#include <Python.h>

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frozen.h"  // made by the build: modules of the standard library that every link loads, as `frozen_modules`

// The build sets these. The kernels fit one version of Python only. A path is recorded where it cannot be found
// from the launcher's own place: the interpreter for `pip install --user`, the package for an editable install.
#ifndef PYTHON_VERSION
#error "PYTHON_VERSION is not set"
#endif
#ifndef RECORDED_PYTHON
#define RECORDED_PYTHON ""
#endif
#ifndef RECORDED_PACKAGE
#define RECORDED_PACKAGE ""
#endif

typedef char path_t[PATH_MAX];

static void fail(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("goweld: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

// Removes the last element of path; false where there is none to remove.
static bool go_up(char *path) {
    char *slash = strrchr(path, '/');
    if (!slash)
        return false;
    slash[slash == path] = '\0';
    return true;
}

// Writes dir/rest to path; false if it does not fit.
static bool join(path_t path, const char *dir, const char *rest) {
    int n = snprintf(path, PATH_MAX, "%s/%s", dir, rest);
    return n > 0 && n < PATH_MAX;
}

static bool is_program(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static const char *variable(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

// Finds a program on PATH.
static bool find_on_path(path_t found, const char *name) {
    const char *rest = variable("PATH");
    while (rest && *rest) {
        size_t n = strcspn(rest, ":");
        int written = snprintf(found, PATH_MAX, "%.*s/%s", (int)n, rest, name);
        if (n > 0 && written < PATH_MAX && is_program(found))
            return true;
        rest += n;
        rest += *rest == ':';
    }
    return false;
}

static bool is_linker(const char *tool) {
    const char *name = base_name(tool);
    return strcmp(name, "link") == 0 || strcmp(name, "link.exe") == 0;
}

static void become(char **argv) {
    execv(argv[0], argv);
    fail("cannot run %s: %s", argv[0], strerror(errno));
}

// ---- Where Python and the package are

static bool is_package(const char *dir) {
    path_t boot;
    return join(boot, dir, "boot.py") && access(boot, R_OK) == 0;
}

// Looks for the package where an installer that put this program in bin puts it.
static bool package_near(path_t package, const char *bin) {
    static const char *const places[] = {
        "../lib/python" PYTHON_VERSION "/site-packages/goweld",
        "../lib64/python" PYTHON_VERSION "/site-packages/goweld",
        "../lib/python" PYTHON_VERSION "/dist-packages/goweld",  // Debian's pip
        "../goweld",                                             // pip install --target
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (join(package, bin, places[i]) && is_package(package))
            return true;
    return false;
}

static void find_package(path_t package, const char *bin) {
    const char *given = variable("GOWELD_PACKAGE");
    if (given) {
        if (!is_package(given))
            fail("GOWELD_PACKAGE is %s, where there is no boot.py", given);
        snprintf(package, PATH_MAX, "%s", given);
        return;
    }
    if (package_near(package, bin))
        return;
    if (*RECORDED_PACKAGE && is_package(RECORDED_PACKAGE)) {
        snprintf(package, PATH_MAX, "%s", RECORDED_PACKAGE);
        return;
    }
    // A copy of this program elsewhere, as the link of a copied GOROOT: the package of the goweld on PATH.
    path_t found, other;
    if (find_on_path(found, "goweld") && realpath(found, other) && go_up(other) && package_near(package, other))
        return;
    fail("the goweld package is not near %s; set GOWELD_PACKAGE to its directory", bin);
}

static void find_python(path_t python, const char *bin) {
    static const char *const names[] = {"python" PYTHON_VERSION, "python3", "python"};
    const char *given = variable("GOWELD_PYTHON");
    if (given) {
        if (!is_program(given))
            fail("GOWELD_PYTHON is %s, which is not a program", given);
        snprintf(python, PATH_MAX, "%s", given);
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (join(python, bin, names[i]) && is_program(python))
            return;
    if (*RECORDED_PYTHON && is_program(RECORDED_PYTHON)) {
        snprintf(python, PATH_MAX, "%s", RECORDED_PYTHON);
        return;
    }
    if (!find_on_path(python, names[0]))
        fail("there is no Python " PYTHON_VERSION " in %s or on PATH; set GOWELD_PYTHON", bin);
}

// ---- Python in this process
//
// Where the interpreter has a shared library, that is loaded here: one program less to start. The first modules
// that Python loads are in this program, which spares it to look for them. All else is as with the flags below.

// Where an interpreter's library may be, from the directory that the interpreter is in.
#define LIBPYTHON "libpython" PYTHON_VERSION ".so.1.0"
static const char *const libraries[] = {"../lib/" LIBPYTHON, "../lib64/" LIBPYTHON, "../lib/" MULTIARCH "/" LIBPYTHON};

static void *load_libpython(const char *python) {
    path_t real, path;
    void *library = NULL;
    if (!realpath(python, real) || !go_up(real))
        return NULL;
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries && !library; i++)
        if (join(path, real, libraries[i]) && access(path, R_OK) == 0)
            library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    return library;
}

static void *find_symbol(void *library, const char *name) {
    void *found = dlsym(library, name);
    if (!found)
        fail("libpython has no %s", name);
    return found;
}

// A function of libpython, which is not there when this program is linked.
#define FUNCTION(name) __typeof__(name) *const name##_ = (__typeof__(name) *)find_symbol(library, #name)

// Runs Python with these arguments, the first of which is boot.py; returns only where there is no library.
static void run_python_here(const char *python, char **argv) {
    void *library = load_libpython(python);
    if (!library)
        return;
    FUNCTION(PyPreConfig_InitIsolatedConfig);
    FUNCTION(Py_PreInitialize);
    FUNCTION(PyConfig_InitIsolatedConfig);
    FUNCTION(PyConfig_SetBytesString);
    FUNCTION(PyConfig_SetBytesArgv);
    FUNCTION(Py_InitializeFromConfig);
    FUNCTION(PyStatus_Exception);
    FUNCTION(Py_ExitStatusException);
    FUNCTION(Py_RunMain);

    *(const struct _frozen **)find_symbol(library, "PyImport_FrozenModules") = frozen_modules;
    PyPreConfig early;
    PyPreConfig_InitIsolatedConfig_(&early);
    early.utf8_mode = 1;
    PyStatus status = Py_PreInitialize_(&early);
    PyConfig config;
    PyConfig_InitIsolatedConfig_(&config);
    config.site_import = 0;
    config.install_signal_handlers = 1;
    config.configure_c_stdio = 1;
    int argc = 0;
    while (argv[argc])
        argc++;
    if (!PyStatus_Exception_(status))
        status = PyConfig_SetBytesString_(&config, &config.executable, python);
    if (!PyStatus_Exception_(status))
        status = PyConfig_SetBytesString_(&config, &config.run_filename, argv[0]);
    if (!PyStatus_Exception_(status))
        status = PyConfig_SetBytesArgv_(&config, argc, argv);
    if (!PyStatus_Exception_(status))
        status = Py_InitializeFromConfig_(&config);
    if (PyStatus_Exception_(status))
        Py_ExitStatusException_(status);
    exit(Py_RunMain_());
}

// Becomes Python running boot.py with these words and then args.
static void become_python(const char *const *words, char **args) {
    path_t self, bin, package, python, boot;
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n < 0)
        fail("cannot read /proc/self/exe: %s", strerror(errno));
    self[n] = '\0';
    memcpy(bin, self, (size_t)n + 1);
    go_up(bin);
    find_package(package, bin);
    find_python(python, bin);
    if (!join(boot, package, "boot.py"))
        fail("the path of the goweld package is too long");

    size_t count = 0;
    while (args[count])
        count++;
    // -I and -S: neither the user's variables nor installed packages decide what a link does. utf8: a file name
    // survives in every locale.
    const char *const start[] = {python, "-I", "-S", "-X", "utf8=1", boot, words[0], self};
    const size_t started = sizeof start / sizeof *start, boot_at = 5;
    char **argv = calloc(started + 2 + count + 1, sizeof *argv);
    if (!argv)
        fail("out of memory");
    memcpy(argv, start, sizeof start);
    char **next = argv + started;
    for (words++; *words; words++)
        *next++ = (char *)*words;
    memcpy(next, args, count * sizeof *args);
    if (!variable("GOWELD_PYTHON"))
        run_python_here(python, argv + boot_at);
    become(argv);
}

// ---- -V

static bool asks_version(char **args) {
    if (!args[0] || args[1] || args[0][0] != '-')
        return false;
    const char *flag = args[0] + 1;
    flag += *flag == '-';
    return strcmp(flag, "V") == 0 || strcmp(flag, "V=full") == 0;
}

// Reads the release from a GOROOT, the first line of its VERSION file.
static bool read_release(char release[64], const char *goroot) {
    path_t path;
    if (!join(path, goroot, "VERSION"))
        return false;
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    bool ok = fgets(release, 64, file) != NULL;
    fclose(file);
    if (!ok)
        return false;
    release[strcspn(release, "\r\n")] = '\0';
    return true;
}

// Finds the release this linker stands in for: its own GOROOT, when it is called by a path inside one, else the
// GOROOT that is set, else that of the go command on PATH.
static bool find_release(char release[64], const char *linker) {
    path_t path, go;
    if (strchr(linker, '/')) {
        snprintf(path, sizeof path, "%s", linker);
        if (go_up(path) && go_up(path) && go_up(path) && go_up(path) && read_release(release, path))
            return true;
    }
    const char *goroot = variable("GOROOT");
    if (goroot)
        return read_release(release, goroot);
    const char *given = variable("GOWELD_GO");
    if (given)
        snprintf(go, sizeof go, "%s", given);
    else if (!find_on_path(go, "go"))
        return false;
    return realpath(go, path) && go_up(path) && go_up(path) && read_release(release, path);
}

// Prints what the real linker prints, where that is its release alone: a development version adds a build id and
// an experiment its name, which are left to Python.
static void answer_version(const char *program, const char *linker) {
    char release[64];
    if (variable("GOEXPERIMENT") || !find_release(release, linker) || strncmp(release, "go1", 3) != 0)
        return;
    const char *name = base_name(program);
    const char *end = strrchr(name, '.');
    size_t n = end && strcmp(end, ".exe") == 0 ? (size_t)(end - name) : strlen(name);
    printf("%.*s version %s\n", (int)n, name, release);
    exit(fflush(stdout) == 0 ? 0 : 2);
}

// ---- Commands

// Keeps an interrupt for Goweld: until it has said that one ends it, Python would print a traceback.
static void hold_interrupts(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static void link_command(const char *program, const char *tool, char **args) {
    const char *const words[] = {"link", program, tool, NULL};
    if (asks_version(args)) {
        if (*tool && is_program(tool)) {
            args[-1] = (char *)tool;
            become(args - 1);
        }
        answer_version(program, *tool ? tool : program);
    }
    hold_interrupts();
    become_python(words, args);
}

static void toolexec(char **args) {
    if (!args[0])
        fail("toolexec: which tool? usage: go build -toolexec='goweld toolexec' ...");
    if (!is_linker(args[0])) {
        execvp(args[0], args);
        fail("cannot run %s: %s", args[0], strerror(errno));
    }
    link_command(args[0], args[0], args + 1);
}

int main(int argc, char **argv) {
    if (argc < 1)
        fail("called without a name");
    if (is_linker(argv[0]))
        link_command(argv[0], "", argv + 1);
    if (argc > 1 && strcmp(argv[1], "toolexec") == 0)
        toolexec(argv + 2);
    if (argc > 1 && strcmp(argv[1], "link") == 0)
        link_command("link", "", argv + 2);
    const char *const words[] = {argc > 1 ? argv[1] : "help", NULL};
    become_python(words, argv + (argc > 1 ? 2 : 1));
}
