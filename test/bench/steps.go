package main

type step struct{}
type controllerRun struct{}

func (r result) stepSection() string       { return "" }
func (r result) controllerSection() string { return "" }
