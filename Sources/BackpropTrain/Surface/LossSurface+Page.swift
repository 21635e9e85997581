import BackpropData

extension LossSurface {
    /// One page that needs nothing else: the contour map, and the surface in three dimensions, which turns under the mouse, a
    /// finger or the arrow keys.
    package var html: String {
        let title = SVGText.escape(PlainText.shown(title, limit: 200))
        let words = sentences.map { "<p>\(SVGText.escape($0))</p>" }.joined(separator: "\n")
        let scale = isLogarithmic ? "Height is the decimal logarithm of the loss." : "Height is the loss."
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
            script-src 'unsafe-inline'; img-src data:" />
            <meta name="color-scheme" content="light dark" />
            <title>\(title)</title>
            <style>
            \(ReportStyle.sheet)
            canvas{display:block;width:100%;height:auto;touch-action:none;cursor:grab;border-radius:8px}
            canvas:focus-visible{outline:2px solid var(--c0)}
            .paper{background:#fff;border-radius:8px;padding:8px}
            .paper svg{max-width:none}
            </style>
            </head>
            <body>
            <main>
            <header>
            <h1>\(title)</h1>
            \(words)
            </header>
            <div class="grid">
            <section class="card">
            <h2>In three dimensions</h2>
            <p class="hint">\(scale) Drag it, or turn it with the arrow keys; the dot is where training ended.</p>
            <canvas id="view" width="1120" height="960" tabindex="0" role="img" aria-label="\(title), in three dimensions"></canvas>
            </section>
            <section class="card">
            <h2>From above</h2>
            <p class="hint">\(scale) A line joins places of the same height; the ring is where training ended.</p>
            <div class="paper">
            \(inlineMap)</div>
            </section>
            </div>
            </main>
            <script>
            const side=\(side),low=\(Self.number(heightRange.lowerBound)),high=\(Self.number(heightRange.upperBound));
            const heights=[\(heights.map(Self.number).joined(separator: ","))];
            const colours=[\((0..<32).map { "\"\(Heatmap.Palette.sequential.hex(Double($0) / 31))\"" }.joined(separator: ","))];
            \(Self.script)
            </script>
            </body>
            </html>

            """
    }

    /// The map without a title, and without what begins a file of its own.
    private var inlineMap: Substring {
        var map = map
        map.title = ""
        let picture = map.svg(width: 560)
        return picture[(picture.firstRange(of: "<svg")?.lowerBound ?? picture.startIndex)...]
    }

    /// A number of JavaScript; null for what is none.
    private static func number(_ value: Double) -> String { value.isFinite ? "\(Float(value))" : "null" }

    /// Draws the quads of the surface from the farthest to the nearest.
    private static let script = """
        const canvas=document.getElementById("view"),pen=canvas.getContext("2d");
        let turn=-0.7,tilt=0.95;
        function share(h){return Math.min(1,Math.max(0,(h-low)/(high-low)));}
        function place(x,y,z){
          const c=Math.cos(turn),s=Math.sin(turn),u=x*c-y*s,v=x*s+y*c;
          const a=Math.sin(tilt),b=Math.cos(tilt),depth=v*a-z*b,up=v*b+z*a,k=3.4/(4.2+depth);
          return [canvas.width/2+u*k*canvas.width*0.36,canvas.height*0.55-up*k*canvas.width*0.36,depth];
        }
        function node(i,j){
          const h=heights[j*side+i];
          if(h===null)return null;
          return place(2*i/(side-1)-1,2*j/(side-1)-1,1.1*share(h)-0.55);
        }
        function draw(){
          pen.clearRect(0,0,canvas.width,canvas.height);
          const ink=getComputedStyle(document.body).color,quads=[];
          for(let j=0;j+1<side;j++)for(let i=0;i+1<side;i++){
            const corners=[node(i,j),node(i+1,j),node(i+1,j+1),node(i,j+1)];
            if(corners.includes(null))continue;
            const mean=[0,1,side,side+1].reduce((sum,step)=>sum+heights[j*side+i+step],0)/4;
            quads.push({corners,depth:corners.reduce((sum,c)=>sum+c[2],0)/4,colour:colours[Math.round(share(mean)*31)]});
          }
          canvas.dataset.quads=quads.length;
          quads.sort((a,b)=>b.depth-a.depth);
          pen.lineJoin="round";
          for(const quad of quads){
            pen.beginPath();
            quad.corners.forEach((c,k)=>k?pen.lineTo(c[0],c[1]):pen.moveTo(c[0],c[1]));
            pen.closePath();
            pen.fillStyle=quad.colour;pen.fill();
            pen.lineWidth=1;pen.strokeStyle="rgba(20,26,34,0.35)";pen.stroke();
          }
          const middle=(side-1)/2,end=node(middle,middle);
          if(end){
            const foot=place(0,0,1.1*share(heights[middle*side+middle])-0.55+0.45);
            pen.strokeStyle=ink;pen.lineWidth=3;
            pen.beginPath();pen.moveTo(end[0],end[1]);pen.lineTo(foot[0],foot[1]);pen.stroke();
            pen.beginPath();pen.arc(foot[0],foot[1],9,0,7);pen.fillStyle="#d9581b";pen.fill();pen.stroke();
          }
        }
        let last=null;
        canvas.addEventListener("pointerdown",e=>{last=[e.clientX,e.clientY];canvas.setPointerCapture(e.pointerId);});
        canvas.addEventListener("pointerup",()=>{last=null;});
        canvas.addEventListener("pointermove",e=>{
          if(!last)return;
          move((e.clientX-last[0])*0.01,(e.clientY-last[1])*0.01);
          last=[e.clientX,e.clientY];
        });
        canvas.addEventListener("keydown",e=>{
          const step={ArrowLeft:[-0.1,0],ArrowRight:[0.1,0],ArrowUp:[0,-0.1],ArrowDown:[0,0.1]}[e.key];
          if(step){e.preventDefault();move(step[0],step[1]);}
        });
        function move(across,down){turn+=across;tilt=Math.min(1.5,Math.max(0.05,tilt-down));draw();}
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change",draw);
        draw();
        """
}
