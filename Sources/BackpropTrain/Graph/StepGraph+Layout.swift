extension StepGraph {
    /// What the page computes its picture with: layers as boxes that hold values and further layers, laid out rank by rank
    /// (Sugiyama, Tagawa and Toda, 1981), each open box by itself and its size in the rank of the one around it.
    static let layoutScript = """
        const head=24,rim=10,gapX=14,gapY=36,leafH=34;
        function parts(path){
          const out=[];
          for(const p of path?path.split("."):[])
            if(/^[0-9]+$/.test(p)&&out.length)out[out.length-1]+="."+p;else out.push(p);
          return out;
        }
        function textWidth(text,size){return Math.min(220,text.length*size*0.58+18);}
        // A name as it stands within the box of its layer.
        function shortName(v){return v.layer?v.name.replace(v.layer+".",""):v.name;}
        function makeBox(id,name,phase,parent){
          return{id,name,phase,parent,open:false,children:[],boxes:new Map(),first:0,count:0,values:[]};
        }
        const roots={},leaves=[];
        for(const phase of["forward","backward","update"]){roots[phase]=makeBox(phase,phase,phase,null);roots[phase].open=true;}
        function inner(box,name){
          if(!box.boxes.has(name)){
            const made=makeBox(box.id+"/"+name,name,box.phase,box);
            box.boxes.set(name,made);box.children.push(made);
          }
          return box.boxes.get(name);
        }
        const homes=graph.values.map(v=>parts(v.layer).reduce(inner,roots[v.phase]));
        // Many values beside layers would hide these.
        for(const[i,v]of graph.values.entries())if(!v.is_input)homes[i].loose=(homes[i].loose||0)+1;
        graph.values.forEach((v,i)=>{
          let box=homes[i];
          if(!v.is_input&&box.loose>8&&(box.boxes.size||!box.parent)){
            box=inner(box,box.parent?"other values":"outside of layers");box.rest=true;
          }
          const chain=[];
          for(let b=box;b;b=b.parent)chain.unshift(b);
          for(const b of chain){b.count++;b.values.push(i);}
          const leaf={id:"v"+i,leaf:true,value:i,phase:v.phase,parent:box,first:0,chain};
          box.children.push(leaf);leaves.push(leaf);
        });
        function eachBox(visit,box){
          for(const b of box?[box]:Object.values(roots)){visit(b);for(const c of b.children)if(!c.leaf)eachBox(visit,c);}
        }
        // What is computed after what. A value that layers share stands in one of them, so the middle of a layer counts.
        const depth=[];
        graph.values.forEach((v,i)=>{depth.push(v.inputs.reduce((d,u)=>Math.max(d,depth[u]+1),0));});
        for(const leaf of leaves)leaf.first=depth[leaf.value];
        eachBox(b=>{
          const own=b.values.filter(i=>!graph.values[i].is_input),all=(own.length?own:b.values).map(i=>depth[i]);
          b.first=all.sort((x,y)=>x-y)[Math.floor(all.length/2)];
        });
        eachBox(b=>b.children.sort((x,y)=>x.first-y.first));
        // The value, or the outermost closed box around it.
        function shown(leaf){for(const b of leaf.chain)if(!b.open)return b;return leaf;}
        function isSeen(box){for(let b=box.parent;b;b=b.parent)if(!b.open)return false;return true;}
        function visibleCount(){
          let n=0;
          eachBox(b=>{if(isSeen(b)&&b.open)n+=b.children.length;});
          return n;
        }
        // Opens boxes from outside in, as long as a person can take in what is seen.
        function openWithin(limit,all){
          let level=Object.values(roots).flatMap(r=>r.children.filter(c=>!c.leaf));
          while(level.length){
            const next=[];
            for(const b of level){
              if(b.rest&&!all)continue;
              b.open=true;
              if(visibleCount()>limit){b.open=false;continue;}
              next.push(...b.children.filter(c=>!c.leaf));
            }
            level=next;
          }
        }
        // Edges between what is seen, and for each open box the edges between its children.
        function findEdges(){
          const seen=new Map(),cross=new Map();
          eachBox(b=>{b.edges=new Map();});
          graph.values.forEach((v,i)=>{
            for(const u of v.inputs){
              const from=leaves[u],to=leaves[i],a=shown(from),b=shown(to);
              if(a===b)continue;
              const key=a.id+">"+b.id,into=from.phase===to.phase?seen:cross;
              let edge=into.get(key);
              if(!edge){
                edge={a,b,values:new Set(),points:[]};into.set(key,edge);
                if(into===seen){
                  let k=0;
                  while(k+1<from.chain.length&&k+1<to.chain.length&&from.chain[k+1]===to.chain[k+1])k++;
                  const box=from.chain[k];
                  edge.box=box;edge.p=from.chain[k+1]||from;edge.q=to.chain[k+1]||to;
                  const inner=edge.p.id+">"+edge.q.id;
                  if(!box.edges.has(inner))box.edges.set(inner,{p:edge.p,q:edge.q,dots:[]});
                  edge.way=box.edges.get(inner);
                }
              }
              edge.values.add(u);
            }
          });
          return{inside:[...seen.values()],cross:[...cross.values()]};
        }
        function size(item){
          if(item.leaf){
            const v=graph.values[item.value];
            item.w=Math.max(textWidth(shortName(v),12),textWidth(shapeText(v),10));item.h=leafH;
          }else if(item.open)arrange(item);
          else{item.w=Math.max(textWidth(item.name,16),textWidth(item.count+" values",10));item.h=42;}
        }
        // Places the children of an open box; x and y are those of their upper left corners in it.
        function arrange(box){
          const items=box.children,n=items.length;
          items.forEach((c,i)=>{c.at=i;size(c);});
          const edges=[...box.edges.values()].map(e=>{
            e.back=e.p.at>e.q.at;
            return{from:e.back?e.q.at:e.p.at,to:e.back?e.p.at:e.q.at,e};
          });
          const rank=new Array(n).fill(0),out=items.map(()=>[]),into=items.map(()=>[]);
          for(const e of edges){out[e.from].push(e.to);into[e.to].push(e.from);}
          for(let i=0;i<n;i++)for(const j of out[i])rank[j]=Math.max(rank[j],rank[i]+1);
          // What is read late stands where it is read.
          for(let i=n-1;i>=0;i--)if(!into[i].length&&out[i].length)rank[i]=Math.min(...out[i].map(j=>rank[j]))-1;
          let last=Math.max(0,...rank);
          const joined=items.some((c,i)=>out[i].length||into[i].length);
          let alone=joined?last+1:0;
          for(let i=0;i<n;i++)if(!out[i].length&&!into[i].length)rank[i]=alone++;
          const rows=[],cells=items.map((c,i)=>({w:c.w,h:c.h,item:c,up:[],down:[],x:0}));
          function row(r){return rows[r]||(rows[r]=[]);}
          cells.forEach((c,i)=>row(rank[i]).push(c));
          for(const e of edges){
            e.e.dots=[];
            let before=cells[e.from];
            for(let r=rank[e.from]+1;r<=rank[e.to];r++){
              const next=r===rank[e.to]?cells[e.to]:{w:10,h:0,up:[],down:[],x:0};
              if(r<rank[e.to]){row(r).push(next);e.e.dots.push(next);}
              before.down.push(next);next.up.push(before);before=next;
            }
          }
          const all=[...rows].map(r=>r||[]);
          all.forEach(r=>{r.forEach((c,i)=>{c.order=i;});});
          for(let sweep=0;sweep<8;sweep++){
            const down=sweep%2===0;
            for(const r of down?all:[...all].reverse()){
              for(const c of r){
                const near=down?c.up:c.down;
                c.want=near.length?near.reduce((s,m)=>s+m.order,0)/near.length:c.order;
              }
              r.sort((a,b)=>a.want-b.want);r.forEach((c,i)=>{c.order=i;});
            }
          }
          for(const r of all){let x=0;for(const c of r){c.x=x+c.w/2;x+=c.w+gapX;}}
          for(let sweep=0;sweep<10;sweep++){
            const down=sweep%2===0;
            for(const r of down?all:[...all].reverse()){
              const want=r.map(c=>{
                const near=sweep>7?[...c.up,...c.down]:down?c.up:c.down;
                return near.length?near.reduce((s,m)=>s+m.x,0)/near.length:c.x;
              });
              const left=[],right=[];
              for(let i=0;i<r.length;i++)
                left[i]=i?Math.max(want[i],left[i-1]+(r[i-1].w+r[i].w)/2+gapX):want[i];
              for(let i=r.length-1;i>=0;i--)
                right[i]=i+1<r.length?Math.min(want[i],right[i+1]-(r[i+1].w+r[i].w)/2-gapX):want[i];
              r.forEach((c,i)=>{c.x=(left[i]+right[i])/2;});
            }
          }
          let low=Infinity,high=-Infinity,y=head+rim;
          for(const r of all)for(const c of r){low=Math.min(low,c.x-c.w/2);high=Math.max(high,c.x+c.w/2);}
          if(!n){low=0;high=0;}
          for(const r of all){
            const tall=Math.max(0,...r.map(c=>c.h));
            for(const c of r){c.x+=rim-low;c.y=y+(tall-c.h)/2;c.top=y;c.tall=tall;}
            y+=tall+gapY;
          }
          for(const c of cells){c.item.x=c.x-c.w/2;c.item.y=c.y;}
          box.w=Math.max(high-low+2*rim,textWidth(box.name,16)+14);
          box.h=Math.max(y-gapY,head+rim)+rim;
          const spare=(box.w-(high-low+2*rim))/2;
          for(const c of items)c.x+=spare;
          for(const e of edges)for(const d of e.e.dots)d.x+=spare;
        }
        // From places within boxes to places on the page; a backward pass goes up.
        function settle(box,x,y,flips){
          box.ax=x;box.ay=y;
          const turn=(c,h)=>flips?head+rim+(box.h-rim-(c+h)):c;
          for(const c of box.children){
            const cx=x+c.x,cy=y+turn(c.y,c.h);
            if(!c.leaf&&c.open)settle(c,cx,cy,flips);else{c.ax=cx;c.ay=cy;}
          }
          for(const e of box.edges.values())for(const d of e.dots){
            d.ax=x+d.x;d.ay=y+turn(d.top,d.tall)+d.tall/2;d.half=d.tall/2;
          }
        }
        """
}
