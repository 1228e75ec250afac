module clients

go 1.27
