// npm run record:wire [-- FILES]: records what llhttp and the Apache httpd on this machine make of the corpus of
// test/wire. FILES are parts of the names of .wire files.
import { withSupport } from './support.mjs';

const LANES = 48;
const wanted = process.argv.slice(2);

process.exitCode = await withSupport(['programs', '../wire/recording'], async (support) => {
  const apache = support.part('apache2');
  if (apache === undefined) {
    console.error(`record: no Apache httpd found (Debian package ${support.packageOf('apache2')})`);
    return 1;
  }
  const files = support
    .wireFiles()
    .filter((file) => wanted.length === 0 || wanted.some((name) => file.includes(name)));
  if (files.length === 0) {
    console.error(`record: no corpus file is named like ${wanted.join(', ')}`);
    return 2;
  }
  const { apache: apacheVersion, llhttp } = support.oracleVersions();
  console.log(`${apacheVersion}, ${llhttp}`);
  const lanes = await support.startLanes('apache', LANES);
  try {
    for (const file of files)
      console.log(`${file}: ${await support.recordWireFile(file, lanes)} messages recorded`);
  } finally {
    await lanes.close();
  }
  return 0;
});
