// The USER module's inside: shared by its commands and its screens.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "modules/user/secrets.h"
#include "modules/user/user_api.h"
#include "os/message.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter::user {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::user, number, text};
#include "modules/user/texts.def"
#undef MESSAGE
}  // namespace texts

/// "user" and "manager" as every screen and script has them; a security officer's word is the caller's.
std::string_view privilege_word(Privilege privilege, std::string_view officer);
std::string_view yes_no(bool value);

class UserModule final : public Module, public UserApi {
 public:
  UserModule(Services& services, RouterControl& control)
      : services_(services), control_(control), secrets_(services.files) {}
  std::string_view name() const override { return "user"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  std::optional<std::string> clear_password(std::string_view name) const override;

 private:
  std::vector<CommandRow> user_rows();
  std::vector<CommandRow> setting_rows();
  std::vector<CommandRow> remote_officer_rows();

  Outcome add_user(Invocation& invocation);
  Outcome set_user(Invocation& invocation);
  Outcome delete_user(const Args& args);
  Outcome purge_users();
  Outcome enable_user(const Args& args, bool enabled);
  Outcome reset_users(const Args& args);
  Outcome set_settings(const Args& args);
  Outcome set_manager_port(const Args& args);
  Outcome add_remote_officer(Invocation& invocation);
  Outcome delete_remote_officer(const Args& args);
  Outcome enable_remote_officers(Invocation& invocation, bool enabled);

  /// Puts the given parameters into `user`; an error outcome when one is refused.
  Outcome apply(const Args& args, User& user);
  Outcome set_password(const std::string& given, User& user);
  /// Security mode would be left with nobody who may end it.
  bool needed_as_officer(const User& user) const;
  void dump_user(ConfigWriter& writer, const User& user) const;

  Outcome show_users(Invocation& invocation) const;
  Outcome show_configuration(Screen& screen) const;
  Outcome show_remote_officers(Screen& screen) const;
  void show_backup_count(Screen& screen) const;
  void show_records(Screen& screen, const std::vector<const User*>& users) const;
  void show_active(Screen& screen) const;

  Services& services_;
  RouterControl& control_;
  Secrets secrets_;
};

}  // namespace arrouter::user
