// Draws the charts of a report. Every number also stands in a table beside its chart, so nothing depends on this.
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const plots = [];

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const short = (n) => {
    for (const [unit, sign] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
      if (Math.abs(n) >= unit) return +(n / unit).toPrecision(3) + sign;
    }
    return String(+n.toPrecision(6));
  };
  const cut = (text, most) => {
    const letters = Array.from(text);
    return letters.length > most ? letters.slice(0, most - 1).join("") + "…" : text;
  };

  function axes(xValues, width) {
    const line = { stroke: color("--line"), width: 1 };
    const base = { stroke: color("--soft"), font: "12px system-ui, sans-serif", ticks: line };
    return [
      Object.assign({ grid: { show: false } }, base, xValues(width)),
      Object.assign({ grid: line, size: 56, values: (_, ticks) => ticks.map(short) }, base),
    ];
  }

  // Bars from `from` on, each `width` wide; a bar with nobody in it is not in the data.
  function histogram(chart) {
    const x = [], y = [];
    const first = chart.bars[0][0];
    const last = chart.bars[chart.bars.length - 1][0];
    const counts = new Map(chart.bars);
    for (let i = 0; i <= Math.round((last - first) / chart.width); ++i) {
      const from = +(first + i * chart.width).toPrecision(12);
      x.push(from + chart.width / 2);
      y.push(counts.get(from) || 0);
    }
    return {
      data: [x, y],
      range: [first - chart.width / 2, last + chart.width * 1.5],
      axis: () => ({ values: (_, ticks) => ticks.map(short) }),
      series: [{ label: data.words.records, fill: color("--now"), stroke: color("--now"), width: 0, points: { show: false },
                 paths: uPlot.paths.bars({ size: [0.92, 400] }) }],
    };
  }

  // One group of bars for each name: before and now side by side.
  function groups(chart) {
    const x = chart.labels.map((_, i) => i);
    const bar = (align, name) => ({ fill: color(name), stroke: color(name), width: 0, points: { show: false },
                                    paths: uPlot.paths.bars({ size: [chart.before ? 0.38 : 0.7, 60], align }) });
    const series = [];
    const columns = [x];
    if (chart.before) {
      series.push(Object.assign({ label: data.words.before }, bar(-1, "--before")));
      columns.push(chart.before);
    }
    series.push(Object.assign({ label: chart.what || data.words.records }, bar(chart.before ? 1 : 0, "--now")));
    columns.push(chart.now);
    return {
      data: columns,
      range: [-0.6, chart.labels.length - 0.4],
      axis: (width) => {
        const step = Math.ceil(chart.labels.length / Math.max(1, Math.floor(width / 70)));
        const letters = Math.max(4, Math.floor(width / Math.max(1, chart.labels.length) * step / 8));
        return { splits: x.filter((i) => i % step === 0), values: (_, at) => at.map((i) => cut(chart.labels[i] || "", letters)) };
      },
      series,
    };
  }

  // What the charts were drawn for: the first of them may bring a scroll bar, which takes from the width.
  let width = 0;

  function draw() {
    width = document.body.clientWidth;
    for (const plot of plots.splice(0)) plot.destroy();
    for (const chart of data.charts) {
      const place = document.getElementById(chart.id);
      if (!place) continue;
      const room = Math.max(200, place.clientWidth);
      const kind = chart.kind === "histogram" ? histogram(chart) : groups(chart);
      plots.push(new uPlot({
        width: room, height: 240,
        cursor: { show: false },
        legend: { show: kind.series.length > 1, live: false },
        scales: { x: { time: false, range: () => kind.range }, y: { range: (_, min, max) => [0, max > 0 ? max * 1.08 : 1] } },
        axes: axes(kind.axis, room - 60),
        series: [{}].concat(kind.series),
      }, kind.data, place));
    }
    document.documentElement.dataset.drawn = String(plots.length);
  }

  draw();
  let waiting = 0;
  new ResizeObserver(() => {
    if (document.body.clientWidth === width) return;
    clearTimeout(waiting);
    waiting = setTimeout(draw, 50);
  }).observe(document.body);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", draw);
})();
