/// How the page of a report looks: on a light ground and on a dark one, on a phone, a wide window and paper.
package enum ReportStyle {
    package static let sheet = """
        :root{color-scheme:light dark;--page:#f4f6f8;--ground:#fff;--ink:#1f2933;--muted:#5b6670;--grid:#e6eaee;\
        --frame:#b9c2cb;--good:31 120 96;--right:37 99 201;--wrong:214 84 26;--high:#fff;--c0:#2563c9;--c1:#d9581b;\
        --c2:#1f8f6e;--c3:#9a4fb8;--c4:#a88600;--c5:#d1447a;--c6:#2f8fcf;--c7:#6b7680}
        @media(prefers-color-scheme:dark){:root{--page:#0f1215;--ground:#181d22;--ink:#e6eaee;--muted:#9fabb6;\
        --grid:#2a3138;--frame:#4a545e;--good:95 211 175;--right:92 146 240;--wrong:240 130 70;--high:#0f1215;--c0:#7aa9ff;\
        --c1:#ff9a5c;--c2:#4fd1a5;--c3:#cf8fe8;--c4:#e3bd3a;--c5:#f27ab0;--c6:#7cc4f0;--c7:#a6b0b9}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 Inter,"Segoe UI",Roboto,"Helvetica Neue",\
        "DejaVu Sans",Arial,sans-serif;-webkit-text-size-adjust:100%}
        main{max-width:1200px;margin:0 auto;padding:24px 16px 64px}
        h1{font-size:1.6rem;line-height:1.25;margin:0 0 8px;overflow-wrap:anywhere}
        h2{font-size:1.1rem;margin:0 0 4px}
        p{margin:0 0 8px}
        header p,.hint{color:var(--muted);overflow-wrap:anywhere}
        .hint{font-size:.875rem}
        .grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,360px),1fr));gap:16px;margin-top:16px}
        .card{background:var(--ground);border:1px solid var(--grid);border-radius:10px;padding:16px;min-width:0}
        .wide{grid-column:1/-1}
        .panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:8px 24px}
        .big{font-size:2.4rem;font-weight:650;line-height:1.1;margin:0}
        .sentence{font-size:1.05rem;margin:6px 0 10px;overflow-wrap:anywhere}
        svg{display:block;width:100%;height:auto;max-width:560px;font-family:inherit}
        figure{margin:0}
        dl{display:grid;grid-template-columns:auto 1fr;gap:4px 16px;margin:0}
        dt{color:var(--muted)}
        dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
        .notes{margin:16px 0 0;padding:12px 16px 12px 36px;background:rgb(var(--wrong)/.12);border-radius:10px;\
        overflow-wrap:anywhere}
        .scroll{overflow-x:auto}
        .scroll:focus-visible{outline:2px solid var(--c0);outline-offset:2px}
        table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
        caption{text-align:left;white-space:normal;color:var(--muted);font-size:.875rem;padding-bottom:6px}
        th,td{padding:4px 7px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--grid);vertical-align:top}
        th{font-weight:600}
        thead th{color:var(--muted);font-weight:500}
        th[scope=row],.text td,.text th,td.text,th.text{text-align:left}
        th[scope=row]{min-width:4.5em;max-width:22em;overflow-wrap:anywhere;white-space:normal;font-weight:500}
        .text th[scope=row],.rows th[scope=row]{min-width:8em}
        .text td,.text thead th,td.text{overflow-wrap:anywhere;white-space:normal;min-width:6em;max-width:30em}
        .heat td,.heat thead th{text-align:center;border:2px solid var(--ground);min-width:1.9em;padding:4px}
        .heat th[scope=row]{min-width:1.5em;border-bottom:0}
        .heat td.zero{color:var(--muted);background:none}
        .heat td{border-radius:6px;background:rgb(var(--wrong)/calc(var(--v)*.85))}
        .heat td.right{background:rgb(var(--right)/calc(var(--v)*.85))}
        .heat td.high{color:var(--high)}
        .heat thead th{vertical-align:bottom}
        .tall thead bdi{writing-mode:vertical-rl;transform:rotate(180deg)}
        .bar{min-width:90px;width:40%}
        .bar i{display:block;height:.8em;margin-top:.35em;background:var(--c0);border-radius:3px}
        tr.mean th,tr.mean td{border-top:2px solid var(--frame);border-bottom:0}
        @media print{body{background:#fff}.card{break-inside:avoid}}
        """
}
