extension StepGraph {
    /// Draws what memory holds over the waves of the plan.
    static let timelineScript = """
        const kinds=["weights","optimizer state","gradients","activations","data","results","scratch"];
        const colours=[0,3,1,2,7,4,5].map(c=>"var(--c"+c+")");
        const chart=document.getElementById("timeline"),telling=document.getElementById("moment");
        const chartW=1000,chartH=220,lastWave=graph.waves;
        const sums=kinds.map(()=>new Array(lastWave).fill(0));
        for(const item of graph.held){
          const row=sums[kinds.indexOf(item.kind)];
          for(let w=item.first;w<=Math.min(item.last,lastWave-1);w++)row[w]+=item.bytes;
        }
        const total=new Array(lastWave).fill(0);
        for(const row of sums)row.forEach((b,w)=>{total[w]+=b;});
        const most=Math.max(1,...total);
        function chartX(w){return w*chartW/lastWave;}
        function drawTimeline(){
          const base=new Array(lastWave).fill(0);
          sums.forEach((row,k)=>{
            let d="";
            for(let w=0;w<lastWave;w++){
              const y=chartH-(base[w]+row[w])*chartH/most*0.96;
              d+=(w?"L":"M")+chartX(w).toFixed(2)+" "+y.toFixed(2)+"L"+chartX(w+1).toFixed(2)+" "+y.toFixed(2);
            }
            for(let w=lastWave-1;w>=0;w--){
              const y=chartH-base[w]*chartH/most*0.96;
              d+="L"+chartX(w+1).toFixed(2)+" "+y.toFixed(2)+"L"+chartX(w).toFixed(2)+" "+y.toFixed(2);
            }
            if(row.some(b=>b>0))make("path",{d:d+"Z",fill:colours[k],"data-kind":kinds[k]},chart);
            row.forEach((b,w)=>{base[w]+=b;});
          });
          const x=chartX(graph.peak_wave+0.5);
          make("line",{x1:x,x2:x,y1:0,y2:chartH,"class":"peak"},chart);
          const cursor=make("rect",{x:0,y:0,width:Math.max(2,chartW/lastWave),height:chartH,"class":"cursor"},chart);
          function at(e){
            const r=chart.getBoundingClientRect();
            return Math.min(lastWave-1,Math.max(0,Math.floor((e.clientX-r.left)/r.width*lastWave)));
          }
          function show(w){cursor.setAttribute("x",chartX(w));chart.dataset.wave=w;telling.textContent=moment(w);}
          chart.addEventListener("pointermove",e=>show(at(e)));
          chart.addEventListener("click",e=>{const w=at(e);marked=marked===w?null:w;picked=null;show(w);mark();});
          chart.addEventListener("keydown",e=>{
            const step={ArrowLeft:-1,ArrowRight:1}[e.key];
            if(!step)return;
            e.preventDefault();
            const w=Math.min(lastWave-1,Math.max(0,+chart.dataset.wave+step));
            marked=w;picked=null;show(w);mark();
          });
          show(graph.peak_wave);
        }
        function moment(w){
          const parts=kinds.map((k,i)=>[k,sums[i][w]]).filter(p=>p[1]>0).map(p=>p[0]+" "+bytesText(p[1]));
          const kernels=graph.kernels.filter(k=>k.wave===w).map(k=>k.name);
          const largest=graph.held.filter(h=>h.first<=w&&w<=h.last&&h.kind!=="weights").sort((a,b)=>b.bytes-a.bytes).slice(0,4)
            .map(h=>h.name+(h.layer?" of "+h.layer:"")+" "+bytesText(h.bytes));
          return"Wave "+(w+1)+" of "+lastWave+(w===graph.peak_wave?", the peak":"")+": "+bytesText(total[w])+" ("+parts.join(", ")+"). "
            +(kernels.length?"It runs "+kernels.slice(0,5).join(", ")+(kernels.length>5?" and "+(kernels.length-5)+" more":"")+". ":"")
            +(largest.length?"Largest beside the weights: "+largest.join(", ")+".":"");
        }
        drawTimeline();
        """
}
