import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { hardwareFacts } from './hardware.ts';

const cache = '/sys/devices/system/cpu/cpu0/cache';
const dmi = '/sys/class/dmi/id';

/** A machine of which these files can be read. */
const machine = (files: Readonly<Record<string, string>>) => hardwareFacts((path) => files[path]);

const x86 = (flags: string): string =>
  [
    'processor\t: 0',
    'vendor_id\t: GenuineIntel',
    'cpu family\t: 6',
    'model\t\t: 143',
    'model name\t: Intel(R) Xeon(R) Platinum 8488C',
    'stepping\t: 8',
    'microcode\t: 0x2b000643',
    `flags\t\t: ${flags}`,
    'bugs\t\t: spectre_v1',
    '',
    'processor\t: 1',
    'vendor_id\t: another',
  ].join('\n');

describe('what the system says of its machine', () => {
  it('is the first processor, its caches, what holds it and what that calls it', () => {
    assert.deepEqual(
      machine({
        '/proc/cpuinfo': x86('fpu sse2 hypervisor avx'),
        [`${cache}/index0/level`]: '1',
        [`${cache}/index0/type`]: 'Data',
        [`${cache}/index0/size`]: '48K',
        [`${cache}/index1/level`]: '3',
        [`${cache}/index1/type`]: 'Unified',
        [`${cache}/index1/size`]: '107520K',
        [`${dmi}/sys_vendor`]: 'Amazon EC2',
        [`${dmi}/product_name`]: 'm7i.large',
      }),
      {
        hypervisor: 'Amazon EC2',
        product: 'Amazon EC2 m7i.large',
        processor: {
          identity: {
            vendor_id: 'GenuineIntel',
            'cpu family': '6',
            model: '143',
            stepping: '8',
            microcode: '0x2b000643',
          },
          flags: ['avx', 'fpu', 'hypervisor', 'sse2'],
        },
        caches: [
          { level: 1, holds: 'data', sizeBytes: 49_152 },
          { level: 3, holds: 'both', sizeBytes: 110_100_480 },
        ],
      },
    );
  });

  const amazon = { [`${dmi}/sys_vendor`]: 'Amazon EC2' };
  for (const [what, files, hypervisor] of [
    ['a whole machine of a cloud', { '/proc/cpuinfo': x86('fpu sse2'), ...amazon }, 'none'],
    [
      'a whole machine of a cloud, ARM',
      { ...amazon, [`${dmi}/product_name`]: 'm7g.metal' },
      'none',
    ],
    [
      'a container that sees no firmware',
      { '/proc/cpuinfo': x86('fpu hypervisor') },
      'one that does not say its name',
    ],
    [
      'KVM below QEMU',
      {
        '/proc/cpuinfo': x86('fpu hypervisor'),
        [`${dmi}/sys_vendor`]: 'QEMU',
        [`${dmi}/product_name`]: 'KVM Virtual Machine',
      },
      'KVM',
    ],
    [
      'Hyper-V',
      {
        '/proc/cpuinfo': x86('fpu hypervisor'),
        [`${dmi}/sys_vendor`]: 'Microsoft Corporation',
        [`${dmi}/product_version`]: 'Hyper-V UEFI Release v4.1',
      },
      'Hyper-V',
    ],
    ['a device tree', { '/proc/device-tree/hypervisor/compatible': 'linux,kvm' }, 'KVM'],
    ['Xen', { '/sys/hypervisor/type': 'xen' }, 'Xen'],
    ['a system that says nothing', {}, undefined],
  ] as const) {
    it(`of ${what}: hypervisor ${hypervisor ?? 'not known'}`, () =>
      assert.equal(machine(files).hypervisor, hypervisor));
  }

  it('of ARM is implementer and part; a product that nobody filled in is left out', () => {
    assert.deepEqual(
      machine({
        '/proc/cpuinfo':
          'processor\t: 0\nBogoMIPS\t: 2100.00\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\nCPU part\t: 0xd40',
        [`${dmi}/sys_vendor`]: 'To Be Filled By O.E.M.',
        [`${dmi}/product_name`]: 'System Product Name',
      }),
      {
        processor: {
          identity: { 'CPU implementer': '0x41', 'CPU part': '0xd40' },
          flags: ['asimd', 'fp'],
        },
      },
    );
  });

  it('is left out, all of it, where there is neither /proc nor /sys', () =>
    assert.deepEqual(machine({}), {}));

  it('is read on this machine', {
    skip: !existsSync('/proc/cpuinfo') && 'no /proc/cpuinfo here',
  }, () => {
    const { processor } = hardwareFacts();
    assert.ok(processor !== undefined && processor.flags.length > 5);
    assert.deepEqual(processor.flags, [...processor.flags].sort());
  });
});
