extern int lent_value;
const char *greeting(int number);
int counted(void);
int twice(int value);
