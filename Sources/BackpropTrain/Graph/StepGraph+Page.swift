import Backprop
import BackpropData

extension StepGraph {
    /// One page that needs nothing else: the graph, collapsed by layer, and the memory over the plan.
    public var html: String {
        let shown = SVGText.escape(PlainText.shown(title, limit: 200))
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
            script-src 'unsafe-inline'" />
            <meta name="color-scheme" content="light dark" />
            <title>\(shown)</title>
            <style>
            \(ReportStyle.sheet)
            \(Self.sheet)
            </style>
            </head>
            <body>
            <main>
            <header>
            <h1>\(shown)</h1>
            <p>\(sentence)</p>
            </header>
            <section class="card stage" aria-label="the graph">
            <div class="tools">
            <button id="open">Open all</button><button id="close">Close all</button>
            <button id="in" aria-label="larger">+</button><button id="out" aria-label="smaller">−</button>
            <button id="fit">Fit</button>
            <span class="keys"><i class="forward"></i>forward <i class="backward"></i>backward <i class="update"></i>update
            <i class="kept"></i>kept for the backward pass <i class="again"></i>computed again</span>
            </div>
            <div class="split">
            <div id="frame" tabindex="0"><svg id="picture" role="group" aria-label="graph of a training step"></svg></div>
            <aside id="details" aria-live="polite"><h2>What is it?</h2><p class="hint">A click on a layer opens or closes it. \
            Over a value stands what its elements were in one step; a click on it shows what its kernel computes with it.</p></aside>
            </div>
            </section>
            <section class="card stage">
            <h2>Memory over the step</h2>
            <p class="hint">Kernels run in waves, from left to right. A click shows what a wave computes in the graph above.</p>
            <svg id="timeline" viewBox="0 0 1000 220" preserveAspectRatio="none" tabindex="0" role="img" \
            aria-label="bytes in memory over the waves of the plan"></svg>
            <p class="keys">\(legend)</p>
            <p id="moment" aria-live="polite"></p>
            </section>
            </main>
            <script>
            const graph=\(data);
            \(Self.layoutScript)
            \(Self.drawingScript)
            \(Self.timelineScript)
            </script>
            </body>
            </html>

            """
    }

    private var sentence: String {
        let again = values.count { !$0.again.isEmpty }, kept = values.count(where: \.isKept)
        let peak = MemoryBill.formatted(peakBytes)
        return
            "One training step: \(values.count) values in \(kernels.count) kernels and \(waves) waves; \(kept) values are "
            + "kept for the backward pass"
            + (again > 0 ? ", \(again) are computed again" : "")
            + ". At most \(peak) are held, in wave \(peakWave + 1)."
    }

    private var legend: String {
        zip(
            ["weights", "optimizer state", "gradients", "activations", "data", "results", "scratch"],
            [0, 3, 1, 2, 7, 4, 5]
        )
        .map { name, colour in "<i style=\"background:var(--c\(colour))\"></i>\(name)" }.joined(separator: " ")
    }

    /// The graph as JavaScript reads it, without what would end the script.
    private var data: String {
        guard let line = try? jsonLine() else { return "null" }
        return line.split(separator: "\n").joined().replacing("<", with: "\\u003c")
    }

    private static let sheet = """
        main{max-width:1600px}
        .stage{margin-top:16px}
        .tools{display:flex;flex-wrap:wrap;gap:6px;align-items:center;margin-bottom:8px}
        button{font:inherit;font-size:.875rem;color:var(--ink);background:var(--page);border:1px solid var(--frame);\
        border-radius:6px;padding:4px 10px;cursor:pointer}
        .keys{color:var(--muted);font-size:.8rem;line-height:1.9}
        .keys i{display:inline-block;width:.9em;height:.9em;border-radius:3px;margin:0 .35em 0 .6em;vertical-align:-.1em}
        i.forward{background:var(--c0)}i.backward{background:var(--c1)}i.update{background:var(--c2)}
        i.kept{border:3px solid var(--ink)}i.again{border:2px dashed var(--ink)}
        .split{display:grid;grid-template-columns:minmax(0,1fr) 300px;gap:16px}
        #frame{overflow:auto;height:70vh;border:1px solid var(--grid);border-radius:8px;background:var(--page)}
        #frame:focus-visible,#timeline:focus-visible{outline:2px solid var(--c0)}
        #picture{max-width:none;margin:0 auto}
        #details{max-height:70vh;overflow:auto}
        #details h2{overflow-wrap:anywhere}
        #details dl{grid-template-columns:minmax(0,1fr);gap:0;font-size:.875rem}
        #details dd{margin-bottom:6px}
        #details dt{overflow-wrap:anywhere}
        #picture text{fill:var(--ink);font-size:11.5px;pointer-events:none}
        #picture .value,#picture .middle{text-anchor:middle}
        #picture .name{font-size:13px;font-weight:600}
        #picture .small{fill:var(--muted);font-size:10px}
        #picture .shape{font-size:9px;fill:var(--muted);stroke:var(--page);stroke-width:3px;paint-order:stroke}
        #picture .far{display:none}
        #picture .lit{display:inline;fill:var(--ink)}
        .forward{--tone:var(--c0)}.backward{--tone:var(--c1)}.update{--tone:var(--c2)}
        .box rect{fill:color-mix(in srgb,var(--tone) 6%,var(--ground));stroke:var(--tone);stroke-opacity:.45}
        .box.root rect{fill:color-mix(in srgb,var(--tone) 4%,var(--page));stroke-opacity:.25}
        .node rect{fill:color-mix(in srgb,var(--tone) 16%,var(--ground));stroke:var(--tone)}
        .node.closed rect{fill:color-mix(in srgb,var(--tone) 28%,var(--ground))}
        .node.input rect{fill:var(--ground);stroke-opacity:.6}
        .node.kept rect{stroke-width:3}
        .node.again rect{stroke-width:2;stroke-dasharray:5 3}
        .node.bad rect{fill:rgb(var(--wrong)/.6)}
        .node,.box:not(.root){cursor:pointer}
        .node:focus-visible,.box:focus-visible{outline:none}
        .node:hover rect,.node:focus-visible rect,.box:not(.root):hover>rect{stroke-opacity:1;stroke:var(--ink)}
        .same rect{stroke:var(--ink);stroke-width:2.5;fill:color-mix(in srgb,var(--tone) 45%,var(--ground))}
        .picked rect{stroke-width:4}
        #picture .edge{fill:none;stroke:var(--frame);stroke-width:1.2}
        #picture .cross{stroke-opacity:.35;stroke-dasharray:4 3}
        #picture .edge.lit{fill:none;stroke:var(--ink);stroke-opacity:1;stroke-width:1.8}
        #timeline{max-width:none;height:220px;background:var(--page);border-radius:8px;cursor:crosshair}
        #timeline .peak{stroke:var(--ink);stroke-dasharray:4 4;vector-effect:non-scaling-stroke}
        #timeline .cursor{fill:var(--ink);fill-opacity:.25}
        #moment{font-size:.9rem;margin-top:8px;overflow-wrap:anywhere;min-height:4.5em}
        @media(max-width:820px){.split{grid-template-columns:minmax(0,1fr)}#frame{height:62vh}\
        #details{max-height:none;min-height:9em}main{padding:16px 8px 48px}.card{padding:10px}}
        """
}
