// SPDX-License-Identifier: Apache-2.0
// Starts a broker in this process, sends records through it with KafkaJS, reads them back, and stops it.
//
//     npm ci --ignore-scripts
//     node main.mjs "$(python -m tansu_cffi --libdir)/libtansu.so.0" [PORT]
//
// PORT 0, the default, takes a free one. koffi comes compiled, as a package for each platform; its install script would
// only look for that, or else compile.

import kafkajs from 'kafkajs';
import { Broker, load } from './tansu.mjs';

const TOPIC = 'greetings';
const PARTITIONS = 3;
const RECORDS = 1000;
const PATIENCE_MS = 30000;

async function main(path, port = '0') {
  const seen = [];
  const broker = new Broker(
    load(path),
    { 'storage.url': 'memory://', 'listener.port': port },
    {
      started: () => seen.push('started'),
      stopped: () => seen.push('stopped'),
      error: () => seen.push('error'),
      fatal: () => seen.push('fatal'),
      released: () => seen.push('release'),
    },
  );
  try {
    const server = `localhost:${await broker.start(PATIENCE_MS)}`;
    console.log(`clients connect to ${server}`);
    await exchange(server);
  } finally {
    // A broker that failed is stopped already; to stop it again does no harm. wait throws why it failed, which tells
    // more than what a client made of it.
    broker.stop();
    try {
      await broker.wait(PATIENCE_MS);
    } finally {
      broker.free();
      const count = (name) => seen.filter((one) => one === name).length;
      const names = ['started', 'error', 'fatal', 'stopped', 'release'];
      console.log(`callbacks: ${seen.join(', ')}`);
      console.log(`counts: ${names.map((name) => `${name} ${count(name)}`).join(', ')}`);
    }
  }
}

/** Creates a topic, produces, consumes, and compares. */
async function exchange(server) {
  const kafka = new kafkajs.Kafka({ clientId: 'embedded', brokers: [server], logLevel: kafkajs.logLevel.WARN });
  const sent = new Map(Array.from({ length: RECORDS }, (_, i) => [`key-${i}`, `value-${i}`]));

  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: PARTITIONS }] });
  await admin.disconnect();

  // KafkaJS warns of its new default partitioner until one is chosen.
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: TOPIC, messages: Array.from(sent, ([key, value]) => ({ key, value })) });
  await producer.disconnect();

  const consumer = kafka.consumer({ groupId: 'embedded' });
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
  const { promise: everything, resolve, reject } = withResolvers();
  const timer = setTimeout(() => reject(new Error(`${sent.size} records did not come back`)), PATIENCE_MS);
  let received = 0;
  try {
    await consumer.run({
      eachMessage: async ({ message }) => {
        const [key, value] = [message.key.toString(), message.value.toString()];
        if (sent.get(key) !== value) {
          reject(new Error(`${key} came back as ${value}, or twice`));
        }
        sent.delete(key);
        received += 1;
        if (received === RECORDS) {
          resolve();
        }
      },
    });
    await everything;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
  console.log(`produced ${RECORDS}, consumed ${received}, all equal`);
}

/** Promise.withResolvers, which came with Node 22. */
function withResolvers() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}

// A broker's wait that is still in work keeps the process alive, so the exit code is set and not forced.
await main(...process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
