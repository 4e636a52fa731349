package dev.millrace;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.millrace.fault.FaultSelectorProvider;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Dependencies run one way, and core needs nothing but slf4j. */
class ArchitectureTest {
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.millrace");

  @Test
  void theLeavesKnowNothingOfEachOtherNorOfTheMachine() {
    for (String leaf : List.of("timer", "buffer", "failure", "fault", "frame")) {
      noClasses()
          .that()
          .resideInAPackage("dev.millrace." + leaf)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("dev.millrace..")
                  .and(resideOutsideOfPackages("dev.millrace." + leaf)))
          .because("timer, buffer, failure, fault and frame are leaves")
          .check(CORE);
    }
  }

  @Test
  void theMachineKnowsOnlyTheLeaves() {
    classes()
        .that()
        .resideInAPackage("dev.millrace")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.slf4j..",
            "dev.millrace",
            "dev.millrace.timer",
            "dev.millrace.buffer",
            "dev.millrace.failure")
        .check(CORE);
  }

  @Test
  void diallingKnowsTheMachineAndNoOtherPartAboveIt() {
    classes()
        .that()
        .resideInAPackage("dev.millrace.dial")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "dev.millrace.dial",
            "dev.millrace",
            "dev.millrace.timer",
            "dev.millrace.failure")
        .check(CORE);
  }

  @Test
  void theLinkKnowsTheMachineTheFramesAndWhoDials() {
    classes()
        .that()
        .resideInAPackage("dev.millrace.link")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "dev.millrace",
            "dev.millrace.timer",
            "dev.millrace.failure",
            "dev.millrace.frame",
            "dev.millrace.dial",
            "dev.millrace.link")
        .check(CORE);
    noClasses()
        .that()
        .haveSimpleName("Outbox")
        .or()
        .haveSimpleName("Frames")
        .or()
        .haveSimpleName("SendingSide")
        .or()
        .haveSimpleName("ReceivingSide")
        .or()
        .haveSimpleName("SessionTable")
        .should()
        .dependOnClassesThat()
        .haveNameMatching("dev\\.millrace\\.(Connection|ConnectionHandler|EventLoop|Connector)")
        .because("what is said and understood needs no connection")
        .check(CORE);
  }

  @Test
  void observersNeedOnlyTheMachineAndWhatItNeeds() {
    classes()
        .that()
        .resideInAPackage("dev.millrace.observe")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.slf4j..",
            "dev.millrace",
            "dev.millrace.observe",
            "dev.millrace.timer",
            "dev.millrace.failure")
        .check(CORE);
  }

  @Test
  void packagesFormNoCircle() {
    slices().matching("dev.millrace.(*)..").should().beFreeOfCycles().check(CORE);
  }

  @Test
  void inTheMachineNobodyBelowTheConnectionKnowsIt() {
    noClasses()
        .that()
        .haveSimpleName("EventLoop")
        .or()
        .haveSimpleName("LoopMemory")
        .or()
        .haveSimpleName("OutboundQueue")
        .or()
        .haveSimpleName("KeptInput")
        .or()
        .haveSimpleName("Deadlines")
        .or()
        .haveSimpleName("TaskQueue")
        .or()
        .haveSimpleName("ConnectionState")
        .or()
        .haveSimpleName("Ready")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Connection.class, Listener.class, Server.class, Connector.class)
        .because("keys carry a Ready, and the loop knows no connection")
        .check(CORE);
  }

  @Test
  void channelsAreOpenedThroughTheLoopsProviderOnly() {
    for (Class<?> opened :
        List.of(SocketChannel.class, ServerSocketChannel.class, Selector.class, Pipe.class)) {
      noClasses()
          .should()
          .callMethod(opened, "open")
          .because("the provider is the seam to the world")
          .check(CORE);
    }
  }

  @Test
  void nothingIteratesSelectedKeysNorPrintsNorUsesUnsafe() {
    noClasses().should().callMethod(Selector.class, "selectedKeys").check(CORE);
    noClasses().should().accessField(System.class, "out").check(CORE);
    noClasses().should().accessField(System.class, "err").check(CORE);
    noClasses().should().dependOnClassesThat().resideInAnyPackage("sun..", "jdk..").check(CORE);
  }

  /**
   * The exception is switched on by naming it as the JDK's provider, and then the JDK has no public
   * way left to the provider that it would have been.
   */
  @Test
  void oneClassUsesReflectionToReachThePlatformsProvider() {
    noClasses()
        .that()
        .doNotBelongToAnyOf(FaultSelectorProvider.class)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.reflect..")
        .orShould()
        .callMethod(Class.class, "forName", String.class)
        .check(CORE);
  }

  @Test
  void thereIsNoStaticMutableState() {
    for (JavaClass type : CORE) {
      type.getFields().stream()
          .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
          .forEach(
              field ->
                  assertTrue(
                      field.getModifiers().contains(JavaModifier.FINAL), field.getFullName()));
    }
  }

  @Test
  void aUserMeetsAtMostTwentyFiveTypes() {
    List<String> types =
        CORE.stream()
            .filter(type -> type.getPackageName().equals("dev.millrace"))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .map(JavaClass::getSimpleName)
            .filter(name -> !name.equals("package-info"))
            .sorted()
            .toList();
    assertTrue(types.size() <= 25, types.size() + " public types: " + types);
    assertTrue(types.contains("Server"), types.toString());
  }

  @Test
  void coresOnlyCompileDependencyIsSlf4j() throws Exception {
    // A plugin's own dependencies are the build's.
    String pom = Files.readString(Path.of("pom.xml")).replaceAll("(?s)<plugin>.*?</plugin>", "");
    List<String> compile =
        Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL)
            .matcher(pom)
            .results()
            .map(MatchResult::group)
            .filter(dependency -> !dependency.contains("<scope>test</scope>"))
            .map(
                dependency -> dependency.replaceAll("(?s).*<artifactId>(.*?)</artifactId>.*", "$1"))
            .toList();
    assertEquals(List.of("slf4j-api"), compile);
  }
}
