/** Opens a comm so that it need not wait for a running cell, where the kernel has subshells. */
import { type Kernel, KernelMessage } from '@jupyterlab/services';

import { KERNEL } from './names.js';

/** A kernel that has not said what it can do after this time is busy. */
const BUSY_AFTER_MS = 500;
/** Without a subshell after this time, the main shell must do. */
const SUBSHELL_MS = 2000;

/**
 * Resolves when the comm can be opened: with the id of a subshell made for that, or with null
 * where the comm knows its own way.
 */
export async function subshellFor(
  kernel: Kernel.IKernelConnection,
  comm: Kernel.IComm
): Promise<string | null> {
  const informed = kernel.info.then(() => null);
  const busy = await Promise.race([informed, sleep(BUSY_AFTER_MS).then(() => true)]);
  if (busy && kernel.name === KERNEL) {
    // Lab asks what the kernel can do on the main shell, where a running cell is in the way.
    const subshell = await Promise.race([informed, createSubshell(kernel)]);
    if (subshell !== null) {
      return subshell;
    }
  }
  await informed;
  // Not in the interface: the promise of the subshell that Lab starts for a comm.
  const { subshellStarted } = comm as { subshellStarted?: Promise<void> };
  if (kernel.supportsSubshells && kernel.commsOverSubshells !== 'disabled' && subshellStarted) {
    await Promise.race([subshellStarted, sleep(SUBSHELL_MS)]).catch(() => undefined);
  }
  return null;
}

/** Opens the comm, on a subshell of its own if one was made; that one goes as soon as it is read. */
export function openComm(
  kernel: Kernel.IKernelConnection,
  comm: Kernel.IComm,
  subshell: string | null
): void {
  if (subshell === null) {
    comm.open({});
    return;
  }
  const open = KernelMessage.createMessage<KernelMessage.ICommOpenMsg<'shell'>>({
    ...sender(kernel),
    msgType: 'comm_open',
    channel: 'shell',
    subshellId: subshell,
    content: { comm_id: comm.commId, target_name: comm.targetName, data: {} }
  });
  const done = kernel.sendShellMessage(open, false, true).done;
  void done
    .then(() => kernel.sendControlMessage(deleteSubshell(kernel, subshell), true, true).done)
    .catch(() => undefined);
}

async function createSubshell(kernel: Kernel.IKernelConnection): Promise<string | null> {
  const request = KernelMessage.createMessage<KernelMessage.ICreateSubshellRequestMsg>({
    ...sender(kernel),
    msgType: 'create_subshell_request',
    channel: 'control',
    content: {}
  });
  try {
    const reply = await kernel.sendControlMessage(request, true, true).done;
    return (reply as KernelMessage.ICreateSubshellReplyMsg | undefined)?.content.subshell_id ?? null;
  } catch {
    return null;
  }
}

function deleteSubshell(
  kernel: Kernel.IKernelConnection,
  subshell: string
): KernelMessage.IDeleteSubshellRequestMsg {
  return KernelMessage.createMessage<KernelMessage.IDeleteSubshellRequestMsg>({
    ...sender(kernel),
    msgType: 'delete_subshell_request',
    channel: 'control',
    content: { subshell_id: subshell }
  });
}

function sender(kernel: Kernel.IKernelConnection): { username: string; session: string } {
  return { username: kernel.username, session: kernel.clientId };
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
