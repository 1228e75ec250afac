module goweld/demo

go 1.27
