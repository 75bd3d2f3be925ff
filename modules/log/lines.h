// How a message is written: on screens, to a port, in a mail.
#pragma once

#include "modules/log/output.h"
#include "os/screen.h"

namespace arrouter::logging {

/// As SHOW LOG has it, wrapped; and all of it, as SHOW LOG FULL has it, with a blank line behind.
void print_line(Screen& screen, const Entry& entry);
void print_block(Screen& screen, const Entry& entry);

/// What a port prints of a message, whole lines.
std::string port_text(const Entry& entry, Format format);
/// A line of a mail: as SHOW LOG has it but not wrapped, with the whole date (FULL), or the message alone (MSGONLY).
std::string mail_line(const Entry& entry, Format format);

}  // namespace arrouter::logging
