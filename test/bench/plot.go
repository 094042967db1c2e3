package main

import (
	"fmt"
	"html"
	"strings"
)

// Sizes in pixels.
const (
	plotWidth  = 1120
	labelWidth = 150
	barHeight  = 15
	barGap     = 4
	panelGap   = 34
	columnGap  = 30
)

// colours by kind, light for wall and dark for CPU.
var colours = map[kind][2]string{
	ours:    {"#2a9d8f", "#1b6a61"},
	peer:    {"#b8bfc9", "#7d8794"},
	limit:   {"#e9c46a", "#b8933a"},
	fixed:   {"#a8dadc", "#6fa8ab"},
	earlier: {"#cdb4db", "#9d7fb0"},
}

type bar struct {
	name      string
	kind      kind
	value     float64
	low, high float64
	text      string
	goal      float64
}

// plot draws each transfer row twice: wall time (with sync, on disk) and CPU time, as multiples of the best peer's.
func (rep report) plot() string {
	var body strings.Builder
	y := 54
	for _, r := range rep.Results {
		left, right := r.bars()
		if len(left) == 0 {
			continue
		}
		what := "wall"
		if r.Target == string(onDisk) {
			what = "wall with sync"
		}
		fmt.Fprintf(&body, `<text x="14" y="%d" class="title">%s</text>`+"\n", y, html.EscapeString(r.Title))
		half := (plotWidth - columnGap) / 2
		column(&body, 14, y+8, half-14, what, left)
		column(&body, half+columnGap, y+8, half-14, "CPU of the client", right)
		y += 22 + len(left)*(barHeight+barGap) + panelGap
	}
	if start := rep.startBars(); len(start) > 0 {
		fmt.Fprintf(&body, `<text x="14" y="%d" class="title">Process start to first request</text>`+"\n", y)
		column(&body, 14, y+8, (plotWidth-columnGap)/2-14, "milliseconds", start)
		y += 22 + len(start)*(barHeight+barGap) + panelGap
	}
	head := "Time relative to the best peer of the row; shorter is better; the line is the goal"
	if rep.Scale != "full" {
		head += " — QUICK RUN ON SCALED-DOWN DATA"
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">
<style>text{font:11px sans-serif;fill:#222}.title{font:bold 13px sans-serif}.head{font:bold 15px sans-serif}.unit{fill:#666}</style>
<rect width="100%%" height="100%%" fill="#fff"/>
<text x="14" y="26" class="head">%s</text>
%s</svg>
`, plotWidth, y, plotWidth, y, html.EscapeString(head), body.String())
}

func (r result) bars() (left, right []bar) {
	time := wall
	if r.Target == string(onDisk) {
		time = synced
	}
	_, wallBest := r.best(time)
	_, cpuBest := r.best(cpu)
	if wallBest == 0 {
		return nil, nil
	}
	for _, t := range r.Tools {
		if !t.complete() {
			continue
		}
		w, c := t.of(time), t.of(cpu)
		left = append(left, bar{name: t.Name, kind: t.Kind, value: w.Median / wallBest, low: w.Min / wallBest, high: w.Max / wallBest,
			text: fmt.Sprintf("%.2f s (%.2f×)", w.Median, w.Median/wallBest), goal: r.Goal.Wall})
		right = append(right, bar{name: t.Name, kind: t.Kind, value: c.Median / cpuBest, low: c.Min / cpuBest, high: c.Max / cpuBest,
			text: fmt.Sprintf("%.2f s (%.2f×)", c.Median, c.Median/cpuBest), goal: r.Goal.CPU})
	}
	return left, right
}

func (rep report) startBars() (bars []bar) {
	for _, r := range rep.Results {
		for _, t := range r.Tools {
			if r.Row != "start" || t.Failed != "" || len(t.FirstRequestMS) == 0 {
				continue
			}
			s := spreadOf(t.FirstRequestMS)
			bars = append(bars, bar{name: t.Name, kind: t.Kind, value: s.Median, low: s.Min, high: s.Max, text: fmt.Sprintf("%.0f ms", s.Median)})
		}
	}
	return bars
}

// column draws one set of bars on one scale. Bars beyond four times the best peer are cut, their text is not.
func column(b *strings.Builder, x, y, width int, unit string, bars []bar) {
	most := 0.0
	for _, v := range bars {
		most = max(most, v.high)
	}
	if bars[0].goal > 0 {
		most = min(most, 4)
	}
	room := float64(width - labelWidth - 110)
	at := func(value float64) float64 { return float64(x+labelWidth) + room*min(value, most)/most }
	fmt.Fprintf(b, `<text x="%d" y="%d" class="unit">%s</text>`+"\n", x, y+10, html.EscapeString(unit))
	y += 16
	shade := 0
	if strings.HasPrefix(unit, "CPU") {
		shade = 1
	}
	for i, v := range bars {
		top := y + i*(barHeight+barGap)
		middle := float64(top) + barHeight/2.0
		fmt.Fprintf(b, `<text x="%d" y="%d">%s</text>`, x, top+barHeight-3, html.EscapeString(v.name))
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>`, x+labelWidth, top, at(v.value)-at(0), barHeight, colours[v.kind][shade])
		fmt.Fprintf(b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#222"/>`, at(v.low), middle, at(v.high), middle)
		fmt.Fprintf(b, `<text x="%.1f" y="%d">%s</text>`+"\n", at(max(v.value, v.high))+6, top+barHeight-3, html.EscapeString(v.text))
	}
	if g := bars[0].goal; g > 0 {
		fmt.Fprintf(b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#d1495b" stroke-dasharray="4 3"/>`+"\n",
			at(g), y-3, at(g), y+len(bars)*(barHeight+barGap))
	}
}
