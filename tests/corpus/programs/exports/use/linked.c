// Linked with the library, an archive or a shared one.
#include <stdio.h>

int Add(int a, int b);
int Words(char *text);
char *Panics(void);

int main(void) {
    printf("sum: %d\n", Add(40, 2));
    fflush(stdout);
    printf("count: %d\n", Words("one two three"));
    printf("%s\n", Panics());
    return 0;
}
