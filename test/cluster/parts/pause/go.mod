module cistern.dev/test/cluster/parts/pause

go 1.26.0
