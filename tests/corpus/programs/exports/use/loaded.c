// Loads the library while it runs.
#include <dlfcn.h>
#include <stdio.h>

int main(int count, char **arguments) {
    void *library = dlopen(arguments[1], RTLD_NOW | RTLD_GLOBAL);
    if (!library) {
        printf("%s\n", dlerror());
        return 1;
    }
    int (*add)(int, int) = (int (*)(int, int))dlsym(library, "Add");
    int (*words)(char *) = (int (*)(char *))dlsym(library, "Words");
    char *(*panics)(void) = (char *(*)(void))dlsym(library, "Panics");
    printf("sum: %d\n", add(40, 2));
    fflush(stdout);
    printf("count: %d\n", words("one two three"));
    printf("%s\n", panics());
    return count != 2;
}
