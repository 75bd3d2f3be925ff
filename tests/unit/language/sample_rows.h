// Rows in the notation, as the manuals give the commands: a stand-in for the router's own rows.
#pragma once

#include <string_view>

#include "cli/language/command_table.h"

namespace arrouter::test {

/// Sources: reference/isakmp-ipsec.md 1.2-1.7, ip.md, logging.md 4, operations.md.
inline constexpr std::string_view sample_syntaxes[] = {
    // ISAKMP
    "CREate ISAkmp POLicy=<name:1-24> PEer={<ipv4>|ANy|DYnamic} [AUTHType={PREshared|RSAsig}] [DELetedelay=<0-30>] "
    "[DHExponentlength=<160-1023>] [ENCalg={DES|3DESOuter|3DES2key|3DESInner|AES128|AES192|AES256}] "
    "[EXPIRYKbytes=<1-1000>] [EXPIRYSeconds=<600-31449600>] [GROup={0|1|2}] [HASHalg={SHA|MD5}] "
    "[HEARTbeatmode={BOTH|NONE|RECeive|SENd}] [HYBRIDxauth=<bool>] [KEY=<0-65535>] [LOCALID=<text:1-128>] "
    "[LOCALRsakey=<0-65535>] [MODe={MAIN|AGGRessive}] [MSGBackoff={INCREMental|NONE}] [MSGREtrylimit=<0-1024>] "
    "[MSGTimeout=<1-86400>] [NATTraversal=<bool>] [PHASE2xchglimit={NONE|<1-1024>}] [POLICYFilename=<file>] "
    "[PREnegotiate=<bool>] [REMoteid=<text:1-128>] [RETRYIKEattempts={<0-16>|CONTinuous}] [SENDDeletes=<bool>] "
    "[SENDNotify=<bool>] [SENDIdalways=<bool>] [SETCommitbit=<bool>] [SRCInterface=<interface>] "
    "[XAUTH={CLIENT|SERVER|NONE}] [XAUTHName=<name:1-64>] [XAUTHPassword=<text:1-64>] [XAUTHType={GENERIC|RADIUS}]",
    "SET ISAkmp POLicy=<name:1-24> [PEer={<ipv4>|ANy|DYnamic}] [ENCalg={DES|3DESOuter|3DES2key}] [KEY=<0-65535>] "
    "[HEARTbeatmode={BOTH|NONE|RECeive|SENd}] [SENDDeletes=<bool>] [SENDNotify=<bool>]",
    "DESTroy ISAkmp POLicy={<name:1-24>|ALL}",
    "RESET ISAkmp POLicy=<name:1-24>",
    "ENAble ISAkmp [POLICYServerenabled=<bool>] [POLICYFilename=<file>] [LOCALRsakey=<0-65535>] [UDPPort=<1-65535>]",
    "DISable ISAkmp",
    "ENAble ISAkmp DEBug[={ALL|DEFault|PACKET|PKT|PKTRaw|STATe|TRACE|TRACEMore}[,...]]",
    "DISable ISAkmp DEBug[={ALL|DEFault|PACKET|PKT|PKTRaw|STATe|TRACE|TRACEMore}[,...]]",
    "RESET ISAkmp COUnters[={AGGressive|GENeral|SPD}]",
    "SHow ISAkmp",
    "SHow ISAkmp POLicy[=<name:1-24>]",
    "SHow ISAkmp SA[={<0-65535>|DETAIL}]",
    "SHow ISAkmp EXChange[={<0-65535>|DETAIL}]",
    "SHow ISAkmp COUnters[={AGGressive|GENeral|HEArtbeat|INFo|IPSec|MAIn|NETwork|QUIck|SAD|SPD|TRAnsaction|XDB}]",
    // IPsec
    "CREate IPSec SASpecification=<0-255> KEYmanagement={ISAkmp|MANual} PROTocol={AH|ESP|COMp} "
    "[MODe={TRANSport|TUNnel}] [ENCalg={DES|3DES2key|3DESInner|3DESOuter|AES128|AES192|AES256|NULL}] "
    "[ENCKey=<0-65535>] [HASHAlg={DESMac|MD5|NULL|SHA}] [HASHKey=<0-65535>] [COMPalg=LZS] [INSpi=<0-4294967295>] "
    "[OUTSpi=<0-4294967295>] [ANTIreplayenabled=<bool>] [REPLAYwindowsize={32|64|128|256}]",
    "DESTroy IPSec SASpecification=<0-255>",
    "CREate IPSec BUNDlespecification=<0-255> KEYmanagement={ISAkmp|MANual} STRing=<text:1-100> "
    "[EXPIRYKbytes=<1-2000000000>] [EXPIRYSeconds=<300-31449600>]",
    "CREate IPSec POLicy=<name:1-23> INTerface=<interface> ACtion={DEny|IPsec|PErmit} [IPVersion={4|6}] "
    "[BUNDlespecification=<0-255>] [DFBit={SEt|COpy|CLear}] [GROup={0|1|2}] [ICmptype={<list:0-255>|NDALL}] "
    "[IPROUtetemplate=<name:1-31>] [ISAkmppolicy=<name:1-24>] [KEYmanagement={ISakmp|MAnual}] "
    "[LADdress={ANy|<ipv4-range>}] [LMAsk=<mask>] [LNAme={ANy|<name:1-120>}] [LPort={ANy|OPaque|<0-65535>}] "
    "[PEERaddress={<ipv4>|ANy|DYnamic}] [POSition=<1-100>] [RADdress={ANY|<ipv4-range>}] [RESPondbadspi=<bool>] "
    "[RMAsk=<mask>] [RNAme={ANy|<name:1-120>}] [RPort={ANy|<0-65535>|OPaque}] "
    "[SASElectorfrompkt={ALL|LADdress|LPort|NONE|RADdress|RPort|TRAnsportprotocol}[,...]] [SRCInterface=<interface>] "
    "[TRAnsportprotocol={ANy|EGp|ESp|GRe|ICmp|OPaque|OSpf|RSvp|TCp|UDp|<0-255>}] [UDPHeartbeat=<bool>] "
    "[UDPPort=<1-65535>] [UDPTunnel=<bool>] [USEPFSKey=<bool>]",
    "DESTroy IPSec POLicy=<name:1-23>",
    "RESET IPSec POLicy=<name:1-23>",
    "RESET IPSec POLicy[=<name:1-23>] COUnter",
    "RESET IPSec SA[=<0-65535>] COUnter",
    "RESET IPSec COUnter[={AH|COMP|ESP|MAIN|SETUP|UDP|ALL}]",
    "ENAble IPSec",
    "DISable IPSec",
    "ENAble IPSec OLDSA",
    "ENAble IPSec POLicy=<name:1-23> DEBug={ALL|FILter|PACKET|TRACE}[,...] [DIRection={ALL|IN|OUT}]",
    "ACTivate IPSec CONVertoldsa",
    "PURge IPSec",
    "SET IPSec UDPPort=<1-65535>",
    "SHow IPSec",
    "SHow IPSec POLicy[=<name:1-23>] [COUnters] [SABundle]",
    "SHow IPSec SA[=<0-65535>] [COUnters]",
    "SHow IPSec COUnters[={AH|COMP|ESP|MAIN|SETUP|UDP}]",
    "SHow DEBug IPSec",
    // IP
    "ENAble IP",
    "ADD IP INTerface=<interface> IPaddress={<ipv4>|DHCP} [MASK=<mask>] [METric=<1-16>] [BROadcast={0|1}]",
    "SET IP INTerface=<interface> [IPaddress={<ipv4>|DHCP}] [MASK=<mask>] [BROadcast={0|1}]",
    "DELete IP INTerface=<interface>",
    "SHow IP INTerface[=<interface>] [COUNter[=MULticast]]",
    "ADD IP ROUte=<ipv4> INTerface=<interface> NEXThop=<ipv4> [MASK=<mask>] [METric=<1-16>] [METRIC1=<1-16>] "
    "[PREFerence=<0-65535>] [TAG=<1-65535>]",
    "ADD IP ROUte=<ipv4> BLACKhole [MASK=<mask>] [METric=<1-16>] [PREFerence=<0-65535>]",
    "DELete IP ROUte=<ipv4> MASK=<mask> INTerface=<interface> NEXThop=<ipv4>",
    "DELete IP ROUte=<ipv4> BLACKhole MASK=<mask>",
    "ADD IP ROUte TEMPlate=<name:1-31> INTerface=<interface> NEXThop=<ipv4>",
    "ADD IP ROUte FILter[=<1-100>] IP=<ipv4> MASK=<mask> ACtion={INCLude|EXCLude} [DIRection={RECeive|SENd|BOTH}]",
    "SET IP ROUte PREFerence={DEFault|<1-65535>} PROTocol={BGP-Ext|BGP-Int|OSPF-EXT1|OSPF-EXT2|OSPF-INTEr|RIP|ALL}",
    "SHow IP ROUte[=<ipv4>] [{GENeral|CACHe|COUnt|FULL}]",
    "ADD IP ARP=<ipv4> INTerface=<interface> {CIRCuit=<1-100>|DLCi=<0-1023>|ETHernet=<mac>} [POrt=<1-24>]",
    "SET IP ARP TIMeout=<1-1023>",
    "SET IP ARP=<ipv4> [INTerface=<interface>] [ETHernet=<mac>]",
    "SET IP ARPWaittimeout=<1-30>",
    "DELete IP ARP={<ipv4>|ALLDynamic}",
    "ADD IP FILter=<0-999> SOurce=<ipv4> {ACtion={INCLude|EXCLude}|POLIcy=<0-15>|PRIOrity={P0|P1|P2|P3|P4|P5|P6|P7}} "
    "[SMask=<mask>] [SPort=<list:0-65535>] [LOg={<4-1600>|Dump|Header|None}] [ENTry=<1-255>]",
    "PING [[IPADDress=]{<ipv4>|<text:1-64>}] [DELay=<0-900>] [LENgth=<0-9212>] [NUMber={<1-65535>|CONTinuous}] "
    "[PATTern=<hex:1-4>] [SIPADDress=<ipv4>] [SCReenoutput=<bool>] [TIMEout=<1-60>] [TOS=<0-255>]",
    "SET PING [[IPADDress=]<ipv4>] [DELay=<0-900>]",
    "STop PING",
    "SHow PING",
    "ADD PING POLL=<1-100> IPADDress=<ipv4> [CRITicalinterval=<1-65535>] [DESCription=<text:0-80>]",
    "SHow PING POLL[=<1-100>] [COUnter] [FULL] [STATe={UP|DOWN|CRITical}]",
    "TRAce [[IPADDress=]<ipv4>] [MAXTtl=<1-255>] [MINTtl=<1-255>]",
    "ADD IP HOst=<name:1-60> IPaddress=<ipv4>",
    "ADD IP DNS [DOMain={ANY|<text:1-255>}] {INTerface=<interface>|PRIMary=<ipv4> [SECondary=<ipv4>]}",
    "SET IP DNS CACHe [SIze=<0-1000>] [TIMEout=<1-60>]",
    "ADD IP HElper DEStination=<ipv4> INTerface=<interface> POrt={DNS|NT|TACACS|TFTP|TIME|<1-65535>}",
    "CREate IP POOL=<name:1-15> IP=<ipv4-range>",
    "SHow IP POOL[=<name:1-15>] [IP=<ipv4-range>]",
    // log
    "SHow LOG[={TEMPorary|PERManent|<1-20>}] [FULL] [REVerse[=<1-3000>]] [TAIL[=<1-3000>]] [DATE=<filter:date>] "
    "[MODule=<filter:module>] [MSGtext=<filter:string>] [ORIgin=<filter:ipadd>] [SEVerity=<filter:severity>] "
    "[TIME=<filter:time>] [TYpe=<filter:type>] [ZONE={UTC|<text:1-16>}]",
    "SHow LOG COUnters",
    "SHow LOG OUTput[={TEMPorary|PERManent|<1-20>}] [FULL]",
    "SHow LOG RECeive[=<ipv4>]",
    "CREate LOG OUTput={TEMPorary|PERManent|<1-20>} DEStination={ASYN|EMAil|MEMory|NVS|ROUter|SYSlog} "
    "[ASYN=<0-23>] [FACility={DEFault|LOCAL1|LOCAL2|LOCAL7}] [FORmat={FULl|MSGonly|SUMmary}] [MESsages=<1-3000>] "
    "[PASSword=<text:1-32>] [QUEueonly=<bool>] [SECure=<bool>] [SERver=<ipv4>] [TO=<text:1-128>]",
    "ADD LOG OUTput={TEMPorary|PERManent|<1-20>} [FILter=<1-99>] [ACtion={PROCess|IGNore}] "
    "[{ALL|MODule=<filter:module> [SEVerity=<filter:severity>]}]",
    "PURge LOG[={TEMPorary|PERManent|<1-20>}]",
    "SET LOG UTCoffset={NONE|<text:1-16>}",
    // users, system, files
    "ADD USer=<name:1-64> PASSword=<text:1-64> [LOGin=<bool>] [DESCription=<text:0-127>] "
    "[PRIVilege={USER|MANAGER|SECURITYofficer}] [TELnet=<bool>]",
    "SET USer=<name:1-64> [PASSword=<text:1-64>] [LOGin=<bool>] [DESCription=<text:0-127>]",
    "SET USer [LOGINFail=<1-10>] [LOCkoutpd=<1-30000>] [MANpwdfail=<1-5>] [SECUredelay=<10-3600>] "
    "[MINPwdlen=<1-23>]",
    "RESET USer[=<name:1-64>] [COUnters[={ALL|GLObal|USer}]]",
    "SHow USer[=<name:1-64>] [CONFiguration]",
    "LOGIN [[NAme=]<name:1-64>]",
    "{LOgoff|LOGOUt}",
    "SET PASSword",
    "SET SYStem NAMe=<text:0-255>",
    "SET SYStem LOCation=<text:0-255>",
    "ENAble SYStem SECUrity_mode",
    "SET TIMe=<time> [DATE=<date>]",
    "SET DATE=<date> [TIME=<time>]",
    "SHow {ASYn|POrt} HISTory",
    "SHow SYStem [SERialnumber]",
    "SHow FILe[=<files>] [DEVice={FLash|NVs|CFlash|ALL}]",
    "CREate FILe=<file> COMmand=<text:1-255>",
    "REName [SRCfile=]<file> [DESTfile=]<file>",
    "SET INSTall={TEMPorary|PREFerred|DEFault} [RELease={<file>|EPROM}] [PATch[=<file>]] "
    "[GUI={<file>|<text:0-0>|NONE}]",
    "ENAble RELease=<file> [PASSword=<hex:0-16>] NUMber=<text:1-16>",
    "SHow CONFig [DYNamic[=<text:1-32>]]",
    "CREate CONFig=<file> [SET]",
    "SET CONFig={NONE|<file>}",
    "LOAd [METhod={TFtp|HTtp|ZModem|NONE}] [DELay=<1-255>] [DESTFile=<file>] [{FIle|SRCFile}=<text:1-100>] "
    "[SErver={<ipv4>|<text:1-64>}] [DEStination={FLash|NVs}]",
    "CREate ENCO KEY=<0-65535> TYpe={DES|3DES2key|GENeral|RSA} {RANdom|VALue=<text:1-256>|LENgth=<256-2048>}",
    "ADD SWItch FILter=<1-99> DESTaddress=<mac> PORt=<list:1-24>",
    "SET SSH SERver [HOSTKey=<0-65535> SERVERKey=<0-65535>] [EXPirytime=<0-168>]",
    "CREate PPP=<0-1023> OVer=<text:1-32> [IDLE={ON|OFF|<10-99999>}]",
};

inline std::vector<CommandRow> sample_rows() {
  std::vector<CommandRow> rows;
  for (const std::string_view syntax : sample_syntaxes) {
    rows.push_back({syntax, Access::manager, "A sample", [](Invocation&) { return Outcome::screen(); }});
  }
  return rows;
}

inline CommandTable sample_table() {
  CommandTable table;
  for (const CommandRow& row : sample_rows()) table.add("sample", row);
  return table;
}

}  // namespace arrouter::test
