import { readFileSync } from 'node:fs';
import type { Environment } from '../results/environment.ts';

/*
 * What Linux says of the machine in /proc and /sys, without a program and without asking a network. What it
 * does not say is left out, as all of it is elsewhere.
 */

/** The machine below the operating system. */
export type HardwareFacts = Pick<
  Environment['machine'],
  'hypervisor' | 'product' | 'processor' | 'caches'
>;

/** The text of a file of /proc or /sys; undefined where it is not there or closed to us. */
export type ReadFact = (path: string) => string | undefined;

/** Reads all that there is. */
export function hardwareFacts(read: ReadFact = readFact): HardwareFacts {
  const processor = processorOf(read('/proc/cpuinfo') ?? '');
  const hypervisor = hypervisorOf(read, processor?.flags ?? []);
  const product = productOf(read);
  const caches = cachesOf(read);
  return {
    ...(hypervisor === undefined ? {} : { hypervisor }),
    ...(product === undefined ? {} : { product }),
    ...(processor === undefined ? {} : { processor }),
    ...(caches.length === 0 ? {} : { caches }),
  };
}

function readFact(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return undefined;
  }
}

/** Lines of /proc/cpuinfo by which a processor's type is known: of x86, and of ARM. */
const identifying: readonly string[] = [
  ...['vendor_id', 'cpu family', 'model', 'stepping', 'microcode'],
  ...['CPU implementer', 'CPU architecture', 'CPU variant', 'CPU part', 'CPU revision'],
];

/** The first processor of /proc/cpuinfo. */
function processorOf(cpuinfo: string): HardwareFacts['processor'] {
  const [first = ''] = cpuinfo.split(/\n\s*\n/);
  const entries = first.split('\n').flatMap((line) => {
    const [, name, value] = /^([^:]*?)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  const said = new Map(entries);
  const identity = Object.fromEntries(entries.filter(([name]) => identifying.includes(name)));
  const flags = (said.get('flags') ?? said.get('Features') ?? '').split(/\s+/).filter(Boolean);
  if (Object.keys(identity).length === 0 && flags.length === 0) return undefined;
  return { identity, flags: flags.sort() };
}

const dmi = (name: string): string => `/sys/class/dmi/id/${name}`;

/** With what a hypervisor's firmware names itself, as systemd-detect-virt knows them (systemd, src/basic/virt.c). */
const hypervisorNames: readonly (readonly [begins: string, name: string])[] = [
  ['KVM', 'KVM'],
  ['OpenStack', 'KVM'],
  ['KubeVirt', 'KVM'],
  ['Amazon EC2', 'Amazon EC2'],
  ['Google Compute Engine', 'Google Compute Engine'],
  ['QEMU', 'QEMU'],
  ['VMware', 'VMware'],
  ['VMW', 'VMware'],
  ['innotek GmbH', 'VirtualBox'],
  ['VirtualBox', 'VirtualBox'],
  ['Oracle Corporation', 'VirtualBox'],
  ['Xen', 'Xen'],
  ['Bochs', 'Bochs'],
  ['Parallels', 'Parallels'],
  ['BHYVE', 'bhyve'],
  ['Hyper-V', 'Hyper-V'],
  ['Apple Virtualization', 'Apple Virtualization'],
];

/**
 * Below what the operating system runs. An x86 processor that names no hypervisor among its flags has none:
 * Amazon's firmware says the same of a whole machine as of a part of one.
 */
function hypervisorOf(read: ReadFact, flags: readonly string[]): string | undefined {
  const isX86 = flags.includes('fpu');
  if (isX86 && !flags.includes('hypervisor')) return 'none';
  const deviceTree = read('/proc/device-tree/hypervisor/compatible');
  if (deviceTree === 'linux,kvm') return 'KVM';
  for (const file of [
    'product_name',
    'sys_vendor',
    'board_vendor',
    'bios_vendor',
    'product_version',
  ]) {
    const said = read(dmi(file)) ?? '';
    if (file === 'product_name' && /\.metal(-|$)/.test(said)) return 'none';
    const found = hypervisorNames.find(([begins]) => said.startsWith(begins));
    if (found !== undefined) return found[1];
  }
  const type = read('/sys/hypervisor/type');
  if (type !== undefined && type !== '') return type === 'xen' ? 'Xen' : type;
  return isX86 || deviceTree !== undefined ? 'one that does not say its name' : undefined;
}

/** What firmware says where nobody filled it in. */
const unfilled =
  /^(|none|default string|to be filled by o\.?e\.?m\.?|not (specified|applicable)|system (product name|manufacturer)|o\.?e\.?m\.?|unknown)$/i;

/** Vendor and product, as the firmware says them. Serial numbers are not read. */
function productOf(read: ReadFact): string | undefined {
  const said = ['sys_vendor', 'product_name']
    .map((name) => read(dmi(name)) ?? '')
    .filter((text) => !unfilled.test(text));
  return said.length === 0 ? undefined : said.join(' ');
}

const kinds = new Map([
  ['Data', 'data'],
  ['Instruction', 'instructions'],
  ['Unified', 'both'],
] as const);

/** Of the first processor (kernel, Documentation/ABI/testing/sysfs-devices-system-cpu). */
function cachesOf(read: ReadFact): NonNullable<HardwareFacts['caches']> {
  const caches: { level: number; holds: 'data' | 'instructions' | 'both'; sizeBytes: number }[] =
    [];
  for (let index = 0; ; index++) {
    const fact = (name: string): string | undefined =>
      read(`/sys/devices/system/cpu/cpu0/cache/index${index}/${name}`);
    const level = fact('level');
    if (level === undefined) return caches;
    const holds = kinds.get((fact('type') ?? '') as 'Data' | 'Instruction' | 'Unified');
    const kibibytes = /^(\d+)K$/.exec(fact('size') ?? '')?.[1];
    if (holds === undefined || kibibytes === undefined) continue;
    caches.push({ level: Number(level), holds, sizeBytes: Number(kibibytes) * 1024 });
  }
}
