module example.org/libcrawl

go 1.19
