import { makeScratchFolder } from './server/database/testing/scratch-folder.ts';
import { startChaosDatabase } from './scripts/chaos/chaos-database.ts';
import { connect } from './server/database/connect.ts';
const s = makeScratchFolder();
const d = await startChaosDatabase(s,'t',1);
const db = await connect({uri:d.uri, poolSizeMax: 12});
const x = db.db.collection<{_id:number, pad:string}>('x');
await x.insertMany(Array.from({length:300},(_,i)=>({_id:i,pad:'x'.repeat(200)})));
let n=0, stopped=false; const open = new Map<number,{at:number,what:string}>();
async function op(what:string, f:()=>Promise<unknown>){ const id=n++; open.set(id,{at:performance.now(),what}); try{await f();}catch(e){} finally{open.delete(id);} }
const ids=Array.from({length:Number(process.argv[2]??30)},(_,i)=>i);
async function loop(k:number){ while(!stopped){ 
  if (process.argv[3]==='plain') await op('find plain',()=>x.find({_id:{$in:ids}}).toArray());
  else await op('agg',()=>x.aggregate([{$match:{_id:{$in:ids}}},{$unionWith:{coll:'y',pipeline:[{$match:{_id:{$in:ids}}}]}}],{timeoutMS:20_000}).toArray());
  await op('insert',()=>db.db.command({insert:'z',documents:[{a:k}],ordered:false,writeConcern:{w:'majority',j:true}},{timeoutMS:20_000}));
  await new Promise(r=>setTimeout(r,1));
}}
const loops=Array.from({length:6},(_,k)=>loop(k));
let hung=0;
for(let kill=0;kill<Number(process.argv[4]??25);kill++){
  await new Promise(r=>setTimeout(r,300+Math.random()*300));
  const m=await d.killPrimary(); await d.restart(m);
  await new Promise(r=>setTimeout(r,1500));
  const late=[...open.values()].filter(o=>performance.now()-o.at>4000).map(o=>`${o.what} ${Math.round(performance.now()-o.at)}`);
  if (late.length>hung){ console.log('kill',kill,'n',n,'late',late.join('; ')); hung=late.length; }
}
await new Promise(r=>setTimeout(r,24000));
console.log('at the end', [...open.values()].map(o=>`${o.what} ${Math.round(performance.now()-o.at)}`).filter(t=>Number(t.split(' ').at(-1))>3000));
stopped=true; await d.stop(); s.clear(); process.exit(0);
