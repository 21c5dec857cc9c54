/** Every command that there is, in the order in which `help` lists them. */
import { acceptRequest } from './accept-request.js';
import { addOwner } from './add-owner.js';
import { cancel } from './cancel.js';
import { changePassword } from './change-password.js';
import type { Command } from './command.js';
import { createGroup } from './create-group.js';
import { createUser } from './create-user.js';
import { deleteGroup } from './delete-group.js';
import { downloadFile } from './download-file.js';
import { explain } from './explain.js';
import { help } from './help.js';
import { joinGroup } from './join-group.js';
import { leaveGroup } from './leave-group.js';
import { limit } from './limit.js';
import { listConflicts } from './list-conflicts.js';
import { listDevices } from './list-devices.js';
import { listFiles } from './list-files.js';
import { listGroups } from './list-groups.js';
import { listMembers } from './list-members.js';
import { listRequests } from './list-requests.js';
import { login } from './login.js';
import { logout } from './logout.js';
import { pause } from './pause.js';
import { quit } from './quit.js';
import { rejectRequest } from './reject-request.js';
import { removeFile } from './remove-file.js';
import { removeMember } from './remove-member.js';
import { removeOwner } from './remove-owner.js';
import { resume } from './resume.js';
import { revokeDevice } from './revoke-device.js';
import { showDownloads } from './show-downloads.js';
import { stopShare } from './stop-share.js';
import { trackers } from './trackers.js';
import { uploadFile } from './upload-file.js';
import { wait } from './wait.js';
import { whoami } from './whoami.js';

const all: readonly Command[] = [
  createUser,
  login,
  logout,
  whoami,
  changePassword,
  listDevices,
  revokeDevice,
  createGroup,
  joinGroup,
  leaveGroup,
  deleteGroup,
  listGroups,
  listMembers,
  listRequests,
  acceptRequest,
  rejectRequest,
  removeMember,
  addOwner,
  removeOwner,
  uploadFile,
  listFiles,
  downloadFile,
  showDownloads,
  explain,
  pause,
  resume,
  cancel,
  limit,
  wait,
  stopShare,
  removeFile,
  trackers,
  listConflicts,
  help,
  quit,
];

export const commands: ReadonlyMap<string, Command> = new Map(all.map((each) => [each.name, each]));
