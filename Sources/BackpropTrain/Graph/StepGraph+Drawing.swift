extension StepGraph {
    /// Draws the picture, opens and closes boxes, and tells about what is under the pointer.
    static let drawingScript = """
        const picture=document.getElementById("picture"),frame=document.getElementById("frame");
        const details=document.getElementById("details"),svgSpace="http://www.w3.org/2000/svg";
        let zoom=0,picked=null,marked=null,drawnEdges=[],elements=new Map(),place=new Map();
        function make(name,attributes,parent){
          const e=document.createElementNS(svgSpace,name);
          for(const k in attributes)e.setAttribute(k,attributes[k]);
          if(parent)parent.append(e);
          return e;
        }
        function word(parent,x,y,text,kind,width){
          const t=make("text",{x,y,"class":kind},parent),each=kind.startsWith("small")?5.9:kind==="value"?6.8:7.6;
          t.textContent=width&&text.length*each>width?text.slice(0,Math.floor(width/each)-1)+"…":text;
          return t;
        }
        function shapeText(v){return v.shape.length?v.shape.join(" × "):"one number";}
        function bytesText(n){
          for(const unit of["B","kB","MB"]){if(n<1000)return(unit==="B"?n:Math.round(n*10)/10)+" "+unit;n/=1000;}
          return Math.round(n*100)/100+" GB";
        }
        function number(x){return x===0?"0":Math.abs(x)>=1e5||Math.abs(x)<1e-3?x.toExponential(2):String(+x.toPrecision(4));}
        function figures(s){
          if(!s)return"";
          return number(s.least)+" to "+number(s.greatest)+", mean "+number(s.mean)+", deviation "+number(s.deviation)
            +(s.zeros>0.005?", "+Math.round(100*s.zeros)+" % zero":"")+(s.bad>0?", "+s.bad+" not finite":"");
        }
        function draw(){
          const edges=findEdges();
          let x=rim,tall=0;
          for(const r of Object.values(roots)){if(r.children.length){arrange(r);tall=Math.max(tall,r.h);}}
          for(const r of Object.values(roots)){
            if(!r.children.length)continue;
            // The loss is where both passes meet, at the bottom.
            settle(r,x,rim+(r.phase==="update"?0:tall-r.h),r.phase==="backward");
            x+=r.w+70;
          }
          const width=x-70+rim,height=tall+2*rim;
          picture.replaceChildren();elements=new Map();drawnEdges=[];
          picture.setAttribute("viewBox","0 0 "+width+" "+height);
          picture.dataset.width=width;picture.dataset.height=height;
          const defs=make("defs",{},picture);
          const tip=make("marker",{id:"tip",viewBox:"0 0 8 8",refX:7,refY:4,markerWidth:6,markerHeight:6,orient:"auto"},defs);
          make("path",{d:"M0 0L8 4L0 8z",fill:"var(--frame)"},tip);
          const below=make("g",{},picture),lines=make("g",{},picture),above=make("g",{},picture);
          for(const r of Object.values(roots))if(r.children.length)drawBox(r,below,above,true);
          for(const e of edges.inside)drawEdge(e,lines);
          for(const e of edges.cross)drawCross(e,lines);
          document.body.dataset.shown=elements.size;
          document.body.dataset.edges=drawnEdges.length;
          scale();mark();
        }
        function drawBox(box,below,above,isRoot){
          if(!box.open){drawItem(box,above);return;}
          const g=make("g",{"class":"box "+box.phase+(isRoot?" root":""),"data-box":box.id},below);
          make("rect",{x:box.ax,y:box.ay,width:box.w,height:box.h,rx:8},g);
          word(g,box.ax+rim,box.ay+17,(isRoot?"":"− ")+box.name,"name",box.w-rim);
          if(!isRoot)act(g,box);
          for(const c of box.children)if(c.leaf)drawItem(c,above);else drawBox(c,below,above,false);
        }
        function drawItem(item,parent){
          const v=item.leaf?graph.values[item.value]:null;
          let kind="node "+item.phase+(item.leaf?" leaf":" closed");
          if(v){
            if(v.is_input)kind+=" input";
            if(v.is_kept)kind+=" kept";
            if(v.again.length)kind+=" again";
            if(v.statistics&&v.statistics.bad>0)kind+=" bad";
          }
          const g=make("g",{"class":kind,"data-node":item.id},parent);
          make("rect",{x:item.ax,y:item.ay,width:item.w,height:item.h,rx:item.leaf?5:8},g);
          const middle=item.ax+item.w/2;
          word(g,middle,item.ay+(item.leaf?14:18),(item.leaf?"":"+ ")+(v?shortName(v):item.name),item.leaf?"value":"name middle",item.w-8);
          word(g,middle,item.ay+(item.leaf?27:33),v?shapeText(v):item.count+" values","small middle",item.w-6);
          act(g,item);
        }
        function act(g,item){
          elements.set(item.id,g);
          g.setAttribute("tabindex","0");
          g.setAttribute("role","button");
          g.setAttribute("aria-label",item.leaf?graph.values[item.value].name:item.name);
          if(!item.leaf)g.setAttribute("aria-expanded",String(item.open));
          g.addEventListener("pointerenter",()=>tell(item));
          g.addEventListener("focus",()=>tell(item));
          g.addEventListener("click",()=>use(item));
          g.addEventListener("keydown",e=>{if(e.key==="Enter"||e.key===" "){e.preventDefault();use(item);}});
        }
        function use(item){
          if(item.leaf){picked=picked===item?null:item;marked=null;tell(item,true);mark();return;}
          const g=elements.get(item.id),before=g.getBoundingClientRect();
          item.open=!item.open;
          draw();
          const after=elements.get(item.id).getBoundingClientRect();
          frame.scrollLeft+=after.left-before.left;frame.scrollTop+=after.top-before.top;
          elements.get(item.id).focus({preventScroll:true});
        }
        function curve(points){
          let d="M"+points[0][0].toFixed(1)+" "+points[0][1].toFixed(1);
          for(let i=1;i<points.length;i++){
            const[a,b]=points[i-1],[c,e]=points[i],m=(b+e)/2;
            d+="C"+[a,m,c,m,c,e].map(z=>z.toFixed(1)).join(" ");
          }
          return d;
        }
        function label(edge){
          if(edge.values.size>1)return edge.values.size+" values";
          return shapeText(graph.values[[...edge.values][0]]);
        }
        function drawEdge(edge,parent){
          const up=edge.a.phase==="backward",way=edge.way,isBack=way.back;
          const out=b=>[b.ax+b.w/2,up?b.ay:b.ay+b.h],into=b=>[b.ax+b.w/2,up?b.ay+b.h:b.ay];
          let points=[out(edge.a)];
          if(edge.p!==edge.a)points.push(out(edge.p));
          for(const dot of isBack?[...way.dots].reverse():way.dots)
            for(const half of(up!==isBack)?[dot.half,-dot.half]:[-dot.half,dot.half])points.push([dot.ax,dot.ay+half]);
          if(edge.q!==edge.b)points.push(into(edge.q));
          points.push(into(edge.b));
          const line=make("path",{d:curve(points),"class":"edge","marker-end":"url(#tip)"},parent);
          const k=Math.floor((points.length-1)/2),m=[0,1].map(j=>(points[k][j]+points[k+1][j])/2);
          const text=word(parent,m[0]+3,m[1]+3,label(edge),"shape");
          drawnEdges.push({edge,line,text});
        }
        function drawCross(edge,parent){
          const x1=edge.a.ax+edge.a.w,y1=edge.a.ay+edge.a.h/2,x2=edge.b.ax,y2=edge.b.ay+edge.b.h/2;
          const right=x2>x1,s=right?x1:edge.a.ax,t=right?x2:edge.b.ax+edge.b.w,m=(s+t)/2;
          const d="M"+s+" "+y1+"C"+m+" "+y1+" "+m+" "+y2+" "+t+" "+y2;
          const line=make("path",{d,"class":"edge cross","marker-end":"url(#tip)"},parent);
          const text=word(parent,m,(y1+y2)/2,label(edge),"shape far");
          drawnEdges.push({edge,line,text});
        }
        // What is under the pointer, and what was chosen.
        function row(name,text){
          const dt=document.createElement("dt"),dd=document.createElement("dd");
          dt.textContent=name;dd.textContent=text;
          return[dt,dd];
        }
        function tell(item,isChosen){
          if(picked&&item!==picked&&!isChosen){light(item);return;}
          const title=document.createElement("h2"),list=document.createElement("dl");
          if(item.leaf){
            const v=graph.values[item.value];
            title.textContent=v.name;
            const part=v.phase==="update"?"update":v.phase+" pass";
            list.append(...row("Shape",shapeText(v)+", "+v.dtype+", "+bytesText(size8(v))));
            if(v.operation!==v.name)list.append(...row("Operator",v.is_input?"is there before the step":v.operation));
            list.append(...row("Where",part+(v.layer?", layer "+v.layer:", outside of layers")));
            if(v.statistics)list.append(...row(v.phase==="backward"?"Gradient":"Elements",figures(v.statistics)));
            if(v.kernel!==undefined){
              const k=graph.kernels[v.kernel],same=graph.values.filter(o=>o.kernel===v.kernel).length-1;
              list.append(...row("Kernel",(v.kernel+1)+" of "+graph.kernels.length+" in wave "+(k.wave+1)+": "+k.name
                +(same>0?", with "+same+(same>1?" other values":" other value"):"")));
            }else if(!v.is_input)list.append(...row("Kernel",v.is_view?"none: it shows elements of its operand":"none: the plan has put it together with another value"));
            if(v.is_kept)list.append(...row("Memory","kept from the forward pass for the backward pass"));
            if(v.again.length)list.append(...row("Again","computed anew in kernel "+v.again.map(k=>k+1).join(", ")));
          }else{
            title.textContent=item.name;
            const inner=item.values.map(i=>graph.values[i]),own=new Set(item.values),given=new Set();
            graph.values.forEach((v,i)=>{if(!own.has(i))for(const u of v.inputs)if(own.has(u))given.add(u);});
            const path=item.id.split("/").slice(1).join(".")+".",within=v=>v.name.replace(path,"");
            const kernels=new Set(inner.map(v=>v.kernel).filter(k=>k!==undefined));
            list.append(...row("Holds",inner.length+" values in "+kernels.size+" kernels, "+(item.phase==="update"?"update":item.phase+" pass")));
            const weights=inner.filter(v=>v.kind==="weights"&&v.is_input);
            for(const v of weights.slice(0,6))list.append(...row(within(v),shapeText(v)+": "+figures(v.statistics)));
            for(const u of[...given].filter(u=>!graph.values[u].is_input&&graph.values[u].phase===item.phase&&graph.values[u].kind!=="gradients").slice(-6)){
              const v=graph.values[u];
              list.append(...row("Gives "+within(v),shapeText(v)+(v.statistics?": "+figures(v.statistics):"")));
            }
            for(const v of inner.filter(v=>v.kind==="gradients"&&v.name!==v.operation).slice(0,6))
              list.append(...row(within(v),shapeText(v)+": "+figures(v.statistics)));
            list.append(...row("",item.open?"A click closes it.":"A click opens it."));
          }
          details.replaceChildren(title,list);
          light(item);
        }
        function size8(v){
          const bits=v.dtype.match(/[0-9]+/);
          return v.shape.reduce((a,b)=>a*b,1)*(bits?bits[0]/8:1);
        }
        function light(item){
          for(const{edge,line,text}of drawnEdges){
            const on=edge.a===item||edge.b===item;
            line.classList.toggle("lit",on);text.classList.toggle("lit",on);
          }
        }
        // Values of the chosen value's kernel, or of a wave of the plan.
        function mark(){
          const kernels=new Set();
          if(marked!==null)graph.kernels.forEach((k,i)=>{if(k.wave===marked)kernels.add(i);});
          else if(picked){const k=graph.values[picked.value].kernel;if(k!==undefined)kernels.add(k);}
          for(const g of elements.values())g.classList.remove("same","picked");
          graph.values.forEach((v,i)=>{
            if(!kernels.has(v.kernel)&&!v.again.some(k=>kernels.has(k)))return;
            const g=elements.get(shown(leaves[i]).id);
            if(g)g.classList.add("same");
          });
          if(picked&&elements.has(picked.id))elements.get(picked.id).classList.add("picked");
        }
        function scale(){
          const width=+picture.dataset.width,height=+picture.dataset.height;
          if(!zoom)zoom=Math.min(1.2,Math.max(0.42,frame.clientWidth/width));
          picture.style.width=width*zoom+"px";picture.style.height=height*zoom+"px";
        }
        function setZoom(z){
          const x=(frame.scrollLeft+frame.clientWidth/2)/zoom,y=(frame.scrollTop+frame.clientHeight/2)/zoom;
          zoom=Math.min(3,Math.max(0.1,z));scale();
          frame.scrollLeft=x*zoom-frame.clientWidth/2;frame.scrollTop=y*zoom-frame.clientHeight/2;
        }
        document.getElementById("in").addEventListener("click",()=>setZoom(zoom*1.3));
        document.getElementById("out").addEventListener("click",()=>setZoom(zoom/1.3));
        document.getElementById("fit").addEventListener("click",()=>setZoom(Math.min(frame.clientWidth/picture.dataset.width,frame.clientHeight/picture.dataset.height)));
        document.getElementById("close").addEventListener("click",()=>{eachBox(b=>{b.open=!b.parent;});draw();});
        document.getElementById("open").addEventListener("click",()=>{openWithin(1500,true);draw();});
        openWithin(48,false);
        draw();
        """
}
