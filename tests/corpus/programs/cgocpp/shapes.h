#ifdef __cplusplus
extern "C" {
#endif
double area(int kind, double size);
int catch_one(int kind);
int recurse(int depth);
char *join(int count);
int made_early(void);
#ifdef __cplusplus
}
#endif
