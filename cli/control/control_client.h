// `arrouter ctl`: gives lines to a running router's control socket and prints what comes back.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace arrouter::control {

/// Exit statuses of the program in scripts.
inline constexpr int exit_info = 0, exit_warning = 1, exit_error = 2, exit_not_ready = 4;
/// The status of an end frame's payload, "1" to "3".
int exit_status_of(std::string_view message_class);

/// Asks `next_line` for one line after the other until it gives none; `print` gets answers, `complain` the one line
/// that says why no router answered. Returns the worst line's exit status.
int control(const std::string& path, bool json, const std::function<std::optional<std::string>()>& next_line,
            const std::function<void(std::string_view)>& print, const std::function<void(std::string_view)>& complain);

}  // namespace arrouter::control
